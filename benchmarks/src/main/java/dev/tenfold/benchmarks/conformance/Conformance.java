// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import dev.tenfold.benchmarks.Check;
import dev.tenfold.core.TimeSource;
import java.io.PrintStream;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Plays the scenarios against the libraries. All scenarios must hold for Tenfold. */
public final class Conformance implements Check {

  /** For the service loader. */
  public Conformance() {}

  @Override
  public String name() {
    return "conformance";
  }

  @Override
  public String description() {
    return "known failures of resilience libraries, played against three of them";
  }

  @Override
  public boolean holds(PrintStream out) {
    List<Supplier<Library>> libraries =
        List.of(TenfoldLibrary::new, Resilience4jLibrary::new, FailsafeLibrary::new);
    Matrix matrix = Matrix.play(scenarios(), libraries, TimeSource.system());
    out.print(matrix);
    out.flush();
    return matrix.firstHolds();
  }

  static List<Scenario> scenarios() {
    return Stream.of(BreakerScenarios.all(), CallScenarios.all()).flatMap(List::stream).toList();
  }
}
