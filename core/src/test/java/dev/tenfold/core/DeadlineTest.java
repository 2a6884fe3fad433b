// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeadlineTest {
  private static final long HALF = Long.MAX_VALUE / 2;

  private final ManualTimeSource time = new ManualTimeSource();

  private Deadline after(long nanos) {
    return Deadline.after(Duration.ofNanos(nanos), time);
  }

  @Test
  void remainingNanos_asTimePasses_fallsToZeroAndStays() {
    Deadline deadline = after(10);
    assertThat(deadline.remainingNanos()).isEqualTo(10);
    time.advance(Duration.ofNanos(9));
    assertThat(deadline.expired()).isFalse();
    time.advance(Duration.ofNanos(1));
    assertThat(deadline.expired()).isTrue();
    time.advance(Duration.ofNanos(100));

    assertThat(deadline.remainingNanos()).isZero();
  }

  @Test
  void after_zero_hasExpired() {
    assertThat(after(0).expired()).isTrue();
  }

  @Test
  void after_negative_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> after(-1))
        .withMessageContaining("PT-0.000000001S");
  }

  @Test
  void after_endless_isFarAwayWhereverTheClockStands() {
    time.advance(Duration.ofNanos(Long.MAX_VALUE - 5));
    Deadline deadline = Deadline.after(Duration.ofSeconds(Long.MAX_VALUE), time);

    assertThat(deadline.remainingNanos()).isEqualTo(HALF);
    time.advance(Duration.ofNanos(5));
    assertThat(deadline.remainingNanos()).isEqualTo(HALF - 5);
  }

  @Test
  void clipNanos_noDeadline_changesNothing() {
    assertThat(Deadline.current()).isNull();
    assertThat(Deadline.clipNanos(7)).isEqualTo(7);
    assertThat(Deadline.clipNanos(Long.MAX_VALUE)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void clipNanos_withinAScope_isAtMostWhatRemains() {
    try (Ambient.Scope scope = after(10).open()) {
      assertThat(Deadline.clipNanos(7)).isEqualTo(7);
      assertThat(Deadline.clipNanos(70)).isEqualTo(10);
      time.advance(Duration.ofNanos(50));
      assertThat(Deadline.clipNanos(70)).isZero();
    }
    assertThat(Deadline.clipNanos(70)).isEqualTo(70);
  }

  @Test
  void open_laterInsideEarlier_theEarlierHolds() {
    Deadline earlier = after(10);
    try (Ambient.Scope outer = earlier.open();
        Ambient.Scope inner = after(20).open()) {
      assertThat(Deadline.current()).isSameAs(earlier);
    }
  }

  @Test
  void open_earlierInsideLater_holdsUntilItsScopeCloses() {
    Deadline later = after(20);
    Deadline earlier = after(10);
    try (Ambient.Scope outer = later.open()) {
      try (Ambient.Scope inner = earlier.open()) {
        assertThat(Deadline.current()).isSameAs(earlier);
      }
      assertThat(Deadline.current()).isSameAs(later);
    }
  }

  @Test
  void open_bothExpired_theEarlierOneHolds() {
    Deadline later = after(20);
    Deadline earlier = after(10);
    time.advance(Duration.ofNanos(30));
    try (Ambient.Scope outer = later.open();
        Ambient.Scope inner = earlier.open()) {
      assertThat(Deadline.current()).isSameAs(earlier);
    }
  }

  @Test
  void open_onOtherClocks_comparesWhatRemains() {
    Deadline here = after(10);
    Deadline there = Deadline.after(Duration.ofNanos(5), new ManualTimeSource());
    try (Ambient.Scope outer = here.open();
        Ambient.Scope inner = there.open()) {
      assertThat(Deadline.current()).isSameAs(there);
    }
  }

  @Test
  void after_systemClock_runs() {
    assertThat(Deadline.after(Duration.ofHours(1)).expired()).isFalse();
    assertThat(Deadline.after(Duration.ZERO).expired()).isTrue();
  }
}
