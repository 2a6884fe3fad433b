// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NodeTest {
  private final Node replica = new Node("r1", new StubPool("r1").dataSource(), true, 1);

  @Test
  void within_probedAfterTheReadersLookAtTheClock_isFreshNotUnknown() {
    replica.freshAsOf(105);
    assertThat(replica.isStaleAtMost(10, 100)).isTrue();
    assertThat(replica.stalenessNanos(100)).isZero();
  }

  @Test
  void within_putAside_isUnknown() {
    replica.freshAsOf(0);
    assertThat(replica.isStaleAtMost(10, 10)).isTrue();
    assertThat(replica.isStaleAtMost(10, 11)).isFalse();
    replica.putAside();
    assertThat(replica.isStaleAtMost(10, 10)).isFalse();
    assertThat(replica.stalenessNanos(10)).isNegative();
  }
}
