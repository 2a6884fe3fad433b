// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Selects the view that suits the output. */
final class Terminal {
  private Terminal() {}

  static View view(PrintStream out) {
    return fits(System.getenv("TERM"), System.getenv("NO_COLOR"), interactive())
        ? new LiveView(new PrintStream(out, true, StandardCharsets.UTF_8))
        : new PlainView(out);
  }

  /**
   * Returns whether a panel fits: a terminal that can move its cursor, and no request for plain
   * text.
   */
  static boolean fits(
      @org.jspecify.annotations.Nullable String term,
      @org.jspecify.annotations.Nullable String noColor,
      boolean interactive) {
    boolean capable = term != null && !term.isEmpty() && !term.equals("dumb");
    boolean plain = noColor != null && !noColor.isEmpty();
    return interactive && capable && !plain;
  }

  /** Since Java 22 a process in a pipe has a console too, and a method tells them apart. */
  @SuppressWarnings("SystemConsoleNull")
  private static boolean interactive() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException beforeJava22) {
      return true;
    } catch (ReflectiveOperationException unknown) {
      return false;
    }
  }
}
