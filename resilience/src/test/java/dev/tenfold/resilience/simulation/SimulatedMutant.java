// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.mutants.SourceMutant;
import dev.tenfold.resilience.Pipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/** The simulation of a module with a planted defect. */
final class SimulatedMutant {
  private final SourceMutant loader;

  private SimulatedMutant(SourceMutant loader) {
    this.loader = loader;
  }

  static SimulatedMutant of(Path directory, String file, String code, String instead)
      throws IOException {
    return new SimulatedMutant(SourceMutant.of(directory, Pipeline.class, file, code, instead));
  }

  /**
   * Plays the mutant's simulation until a seed objects by the given words.
   *
   * @return that objection, or what the seeds objected to instead
   */
  Set<String> objections(long seeds, String words) throws ReflectiveOperationException {
    Class<?> simulation = loader.loadClass(Simulation.class.getName());
    assertThat(simulation.getClassLoader()).isSameAs(loader);
    var method = simulation.getMethod("firstFailure", long.class, long.class);
    Set<String> others = new TreeSet<>();
    for (long seed = 0; seed < seeds; seed++) {
      String failure = (String) method.invoke(null, seed, 1);
      if (failure != null) {
        String objection = failure.lines().findFirst().orElseThrow();
        if (objection.contains(words)) {
          return Set.of(objection);
        }
        others.add(objection.replaceAll("^seed .*?: |\\d+", ""));
      }
    }
    return others;
  }
}
