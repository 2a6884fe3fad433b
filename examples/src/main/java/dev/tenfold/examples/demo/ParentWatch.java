// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Optional;

/** Ends this process when its parent process ends, of which no signal tells. */
final class ParentWatch {
  private static final int EXIT_ABANDONED = 3;

  private ParentWatch() {}

  /** Starts to watch the parent. */
  static void start() {
    Optional<ProcessHandle> parent = ProcessHandle.current().parent();
    if (parent.isPresent()) {
      var unused = parent.get().onExit().thenRun(ParentWatch::abandoned);
    }
  }

  private static void abandoned() {
    System.err.println("The parent process of the demo has ended; the demo ends too.");
    System.exit(EXIT_ABANDONED);
  }
}
