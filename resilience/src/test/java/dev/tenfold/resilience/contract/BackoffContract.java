// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.Backoff;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link Backoff}, as tests. Extend the class and return the backoff under test.
 *
 * <ol>
 *   <li>A delay is 0 or more, for any number of failures up to {@code Integer.MAX_VALUE}.
 *   <li>The same failures and the same random numbers give the same delay: whatever was asked
 *       before, on whatever thread. The generator that is handed over is the only randomness.
 *   <li>A backoff does not block, and is quick after many failures too.
 *   <li>Its jitters stay within the delay.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class BackoffContract {
  private static final int[] FAILURES =
      IntStream.concat(IntStream.range(1, 131), IntStream.of(1_000, 1_000_000, Integer.MAX_VALUE))
          .toArray();
  private static final String SAME =
      "the same failures and the same random numbers give the same delays";

  /** Every test is given the backoff made by {@link #backoff}. */
  protected BackoffContract() {}

  /**
   * Makes the backoff under test.
   *
   * @return a backoff
   */
  protected abstract Backoff backoff();

  private static List<Long> delays(Backoff backoff, long seed) {
    Random random = new Random(seed);
    List<Long> delays = new ArrayList<>();
    for (int failures : FAILURES) {
      delays.add(backoff.delayNanos(failures, random));
    }
    return delays;
  }

  @Test
  void delayNanos_anyNumberOfFailures_isNotNegative() {
    for (long seed = 0; seed < 200; seed++) {
      for (int failures : FAILURES) {
        assertThat(backoff().delayNanos(failures, new Random(seed)))
            .as("a delay is 0 or more (after %s failures, seed %s)", failures, seed)
            .isNotNegative();
      }
    }
  }

  @Test
  void delayNanos_manyFailures_doesNotBlock() {
    Backoff backoff = backoff();
    Random random = new Random(1);

    Threads.doesNotWait(
        "a backoff does not block", () -> backoff.delayNanos(Integer.MAX_VALUE, random));
    Threads.doesNotWait("a backoff does not block", () -> backoff.delayNanos(1, random));
  }

  @Test
  void delayNanos_sameRandomNumbers_isTheSame() {
    for (long seed = 0; seed < 100; seed++) {
      assertThat(delays(backoff(), seed)).as(SAME).isEqualTo(delays(backoff(), seed));
    }
  }

  @Test
  void delayNanos_callsInBetween_changeNothing() {
    Backoff used = backoff();
    for (long seed = 0; seed < 100; seed++) {
      delays(used, -seed - 1);

      assertThat(delays(used, seed))
          .as(SAME + ", whatever was asked before")
          .isEqualTo(delays(backoff(), seed));
    }
  }

  @Test
  void delayNanos_failuresInAnotherOrder_changeNothing() {
    Backoff used = backoff();
    List<Long> backwards = new ArrayList<>();
    List<Long> alone = new ArrayList<>();
    for (int i = FAILURES.length - 1; i >= 0; i--) {
      backwards.add(used.delayNanos(FAILURES[i], new Random(7)));
      alone.add(backoff().delayNanos(FAILURES[i], new Random(7)));
    }

    assertThat(backwards).as(SAME + ", in whatever order they come").isEqualTo(alone);
  }

  @Test
  void delayNanos_fromManyThreads_isTheSame() {
    Backoff shared = backoff();
    List<Long> wrong = Collections.synchronizedList(new ArrayList<>());
    List<List<Long>> expected = new ArrayList<>();
    for (long seed = 0; seed < 20; seed++) {
      expected.add(delays(backoff(), seed));
    }
    Threads.together(
        SAME + ", on whatever thread",
        (thread, round) -> {
          int seed = (round + thread) % 20;
          if (!delays(shared, seed).equals(expected.get(seed))) {
            wrong.add((long) seed);
          }
        });

    assertThat(wrong).as(SAME + ", on whatever thread (seeds)").isEmpty();
  }

  @Test
  void fullJitter_anyDelay_isFromZeroToTheDelay() {
    for (long seed = 0; seed < 200; seed++) {
      for (int failures : FAILURES) {
        long delay = backoff().delayNanos(failures, new Random(seed));
        long jittered = backoff().fullJitter().delayNanos(failures, new Random(seed));

        assertThat(jittered)
            .as("full jitter is from 0 to the delay (failures %s)", failures)
            .isBetween(0L, delay);
      }
    }
  }

  @Test
  void equalJitter_anyDelay_isFromHalfToTheDelay() {
    for (long seed = 0; seed < 200; seed++) {
      for (int failures : FAILURES) {
        long delay = backoff().delayNanos(failures, new Random(seed));
        long jittered = backoff().equalJitter().delayNanos(failures, new Random(seed));

        assertThat(jittered)
            .as("equal jitter is from half of the delay to the delay (failures %s)", failures)
            .isBetween(delay - delay / 2, delay);
      }
    }
  }
}
