// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/** Decides how to show the run. */
final class Terminal {
  private Terminal() {}

  static View view(PrintStream out) {
    return fits(System.getenv("TERM"), System.getenv("NO_COLOR"), interactive())
        ? new LiveView(new PrintStream(out, true, StandardCharsets.UTF_8))
        : new PlainView(out);
  }

  /**
   * A panel needs a terminal that can move its cursor and a user who did not ask for plain text.
   */
  static boolean fits(
      @org.jspecify.annotations.Nullable String term,
      @org.jspecify.annotations.Nullable String noColor,
      boolean interactive) {
    boolean capable = term != null && !term.isEmpty() && !term.equals("dumb");
    boolean plain = noColor != null && !noColor.isEmpty();
    return interactive && capable && !plain;
  }

  /** Since Java 22 there is a console even in a pipe, and a method that tells. */
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
