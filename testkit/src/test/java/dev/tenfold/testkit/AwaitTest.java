// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.DelegatingTimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AwaitTest {
  private final Sleeper time = new Sleeper();

  @Test
  void until_trueAtOnce_doesNotSleep() {
    Await.until(time, "true", Duration.ZERO, () -> true);

    assertThat(time.slept).isEmpty();
  }

  @Test
  void until_trueLater_looksAtGrowingDistances() {
    Await.until(time, "8 looks", Duration.ofSeconds(1), () -> time.slept.size() == 7);

    assertThat(time.slept)
        .containsExactly(
            1_000_000L, 2_000_000L, 4_000_000L, 8_000_000L, 16_000_000L, 20_000_000L, 20_000_000L);
  }

  @Test
  void until_longerThanALongOfNanoseconds_stillWaits() {
    Duration ages = Duration.ofSeconds(Long.MAX_VALUE);
    Await.until(time, "2 looks", ages, () -> time.slept.size() == 1);
    assertThat(time.slept).hasSize(1);
  }

  @Test
  void until_neverTrue_failsWhenTheTimeIsUp() {
    assertThatThrownBy(() -> Await.until(time, "it rains", Duration.ofMillis(50), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessage("not true within PT0.05S, by 7 checks: it rains")
        .hasNoCause();
    assertThat(time.slept.stream().mapToLong(Long::longValue).sum()).isEqualTo(50_000_000);
  }

  @Test
  void until_conditionThrows_isNotTrueYetAndBecomesTheCause() {
    IOException refused = new IOException("refused");

    assertThatThrownBy(() ->
            Await.until(
                time,
                "it answers",
                Duration.ofMillis(5),
                () -> {
                  throw refused;
                }))
        .isInstanceOf(AssertionError.class)
        .hasCause(refused);
    assertThatCode(() ->
            Await.until(
                time,
                "it answers",
                Duration.ofMillis(5),
                () -> {
                  if (time.slept.size() < 3) {
                    throw refused;
                  }
                  return true;
                }))
        .doesNotThrowAnyException();
  }

  @Test
  void until_conditionThrowsError_throwsItOn() {
    StackOverflowError error = new StackOverflowError();

    assertThatThrownBy(() ->
            Await.until(
                time,
                "it answers",
                Duration.ofMillis(5),
                () -> {
                  throw error;
                }))
        .isSameAs(error);
  }

  @Test
  void until_interrupted_failsAndKeepsTheFlag() {
    Thread.currentThread().interrupt();

    assertThatThrownBy(() -> Await.until("never", Duration.ofSeconds(60), () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("interrupted")
        .hasCauseInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void until_negativeTime_isRefused() {
    assertThatThrownBy(() -> Await.until("x", Duration.ofNanos(-1), () -> true))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("PT-0.000000001S");
  }

  /** Records each sleep, which ends at once. */
  private static final class Sleeper extends DelegatingTimeSource {
    private final List<Long> slept = new ArrayList<>();

    Sleeper() {
      super(ManualTimeSource.autoAdvancing());
    }

    @Override
    public void sleep(long nanos) throws InterruptedException {
      slept.add(nanos);
      super.sleep(nanos);
    }
  }
}
