// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class VersionLedgerTest {
  private final VersionLedger ledger = new VersionLedger();

  @Test
  void staleness_nothingAcknowledged_zero() {
    assertThat(ledger.stalenessNanos(1, 0, 100)).isZero();
  }

  @Test
  void staleness_newestVersionSeen_zero() {
    ledger.acknowledged(1, 1, 100);
    assertThat(ledger.stalenessNanos(1, 1, 900)).isZero();
  }

  @Test
  void staleness_acknowledgedAfterTheReadWasSent_zero() {
    ledger.acknowledged(1, 1, 100);
    assertThat(ledger.stalenessNanos(1, 0, 90)).isZero();
  }

  @Test
  void staleness_twoVersionsBehind_ageOfTheFirstMissed() {
    ledger.acknowledged(1, 1, 100);
    ledger.acknowledged(1, 2, 250);
    assertThat(ledger.stalenessNanos(1, 0, 400)).isEqualTo(300);
    assertThat(ledger.stalenessNanos(1, 1, 400)).isEqualTo(150);
  }

  @Test
  void staleness_higherVersionAcknowledgedFirst_countsForTheLowerOnes() {
    ledger.acknowledged(1, 2, 100);
    ledger.acknowledged(1, 1, 250);
    assertThat(ledger.stalenessNanos(1, 0, 400)).isEqualTo(300);
    assertThat(ledger.certainVersion(1)).isEqualTo(2);
  }

  @Test
  void watch_readOlderThanTheBound_isReportedWithItsAge() {
    var watch = new StalenessWatch(ledger, "title", "promise", Duration.ofNanos(200), true);
    ledger.acknowledged(7, 1, 100);
    watch.observed(7, 1, 500, true);
    watch.observed(7, 0, 500, false);
    assertThat(watch.evidence())
        .isEqualTo(new Evidence.Staleness("title", "promise", 200e-9, 2, true, 1, 1, 400e-9));
  }
}
