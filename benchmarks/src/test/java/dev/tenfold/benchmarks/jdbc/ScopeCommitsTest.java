// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ScopeCommitsTest {

  @Test
  void ofHikari_updateAndCommit_areTwoRoundTrips() {
    assertThat(ScopeCommits.ofHikari()).isEqualTo(2);
  }

  @Test
  void ofTenfold_scope_addsNone() {
    assertThat(ScopeCommits.ofTenfold()).isEqualTo(2);
  }
}
