// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {

  @Test
  void of_sizes_hasALineForEachPlacementUnderEachSize() {
    List<String> lines = Comparison.of(new ManualTimeSource(), 5, 12).lines().toList();

    for (Placement placement : Placement.values()) {
      assertThat(lines).filteredOn(line -> line.startsWith("  " + placement.label())).hasSize(2);
    }
    assertThat(lines).filteredOn(line -> line.startsWith("5 nodes")).hasSize(1);
    assertThat(lines).filteredOn(line -> line.startsWith("12 nodes")).hasSize(1);
  }

  @Test
  void of_columns_areAlignedAndFitTheLine() {
    List<String> figures =
        Comparison.of(new ManualTimeSource(), 5)
            .lines()
            .filter(line -> line.contains("µs"))
            .toList();

    assertThat(figures).hasSize(Placement.values().length);
    assertThat(figures)
        .extracting(line -> line.indexOf('%'))
        .containsOnly(figures.get(0).indexOf('%'));
    assertThat(figures).allMatch(line -> line.length() <= 132);
  }

  @Test
  void of_slots_misplaceAndDisturbNothing() {
    String slots =
        Comparison.of(new ManualTimeSource(), 16)
            .lines()
            .filter(line -> line.startsWith("  Tenfold slots"))
            .findFirst()
            .orElseThrow();

    assertThat(slots).containsPattern(" 0\\.00% +0\\.00% +0\\.0 µs +0\\.0 µs$");
  }
}
