// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.Optional;

/** Ends this process when the one that started it is gone, which no signal would tell it. */
final class ParentWatch {
  private static final int EXIT_ABANDONED = 3;

  private ParentWatch() {}

  /** Watches from now on. Ending runs the shutdown hooks, which stop what was started. */
  static void start() {
    Optional<ProcessHandle> parent = ProcessHandle.current().parent();
    if (parent.isPresent()) {
      var unused = parent.get().onExit().thenRun(ParentWatch::abandoned);
    }
  }

  private static void abandoned() {
    System.err.println("The process that started the demo is gone: stopping.");
    System.exit(EXIT_ABANDONED);
  }
}
