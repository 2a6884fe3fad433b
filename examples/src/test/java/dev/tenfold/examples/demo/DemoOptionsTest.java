// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class DemoOptionsTest {
  private static final Path FOLDER = Path.of("target/demo");

  @Test
  void new_tooShortForItsFaults_refusedWithValueAndLimit() {
    assertThatThrownBy(() -> new DemoOptions(14, 200, 1, FOLDER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("demo.seconds is 14; it must be from 15 to 3600");
  }

  @Test
  void new_rateOutOfRange_refusedWithValueAndLimit() {
    assertThatThrownBy(() -> new DemoOptions(75, 5, 1, FOLDER))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("demo.rate is 5; it must be from 10 to 2000");
  }

  @Test
  void report_anyFolder_liesInIt() {
    assertThat(new DemoOptions(15, 10, 1, FOLDER).report())
        .isEqualTo(FOLDER.resolve("report.html"));
  }
}
