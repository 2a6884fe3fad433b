// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.openjdk.jmh.runner.RunnerException;

/** The arms of all suites that need servers: each once, in this process, for one call. */
class SuitesIT {

  @BeforeAll
  static void besideOtherBenchmarks() {
    OneCall.besideOtherBenchmarks();
  }

  static Stream<Arguments> arms() {
    return OneCall.arms(OneCall::needsServers);
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("arms")
  void arm_calledOnce_givesAFigure(String suite, String name, Arm arm) throws RunnerException {
    assertThat(OneCall.of(arm)).isPositive();
  }
}
