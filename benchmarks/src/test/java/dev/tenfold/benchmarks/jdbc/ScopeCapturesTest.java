// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScopeCapturesTest {

  @Test
  void questions_captureAfterWrites_needsAtLeastOneAndSharesIt() {
    // A capture in a JVM that is still cold can meet a round that is about to send its question.
    assertThat(ScopeCaptures.questions()).isBetween(1.0, 3.0);
  }
}
