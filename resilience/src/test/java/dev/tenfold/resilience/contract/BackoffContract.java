// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.Backoff;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What every {@link Backoff} must keep. Extend it and return the backoff under test. */
public abstract class BackoffContract {
  private static final int[] FAILURES = {
    1, 2, 3, 4, 5, 10, 31, 32, 33, 63, 64, 65, 100, 1_000, 1_000_000, Integer.MAX_VALUE
  };

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
    for (long seed = 0; seed < 1_000; seed++) {
      assertThat(delays(backoff(), seed)).as("seed %d", seed).allMatch(delay -> delay >= 0);
    }
  }

  @Test
  void delayNanos_sameRandomNumbers_isTheSame() {
    for (long seed = 0; seed < 100; seed++) {
      assertThat(delays(backoff(), seed)).isEqualTo(delays(backoff(), seed));
    }
  }

  @Test
  void delayNanos_callsInBetween_changeNothing() {
    Backoff used = backoff();
    for (long seed = 0; seed < 100; seed++) {
      delays(used, -seed - 1);

      assertThat(delays(used, seed)).isEqualTo(delays(backoff(), seed));
    }
  }

  @Test
  void delayNanos_fromManyThreads_isTheSame() throws Exception {
    Backoff shared = backoff();
    List<Long> wrong = Collections.synchronizedList(new ArrayList<>());
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            for (long seed = 0; seed < 200; seed++) {
              if (!delays(shared, seed).equals(delays(backoff(), seed))) {
                wrong.add(seed);
              }
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).as("seeds").isEmpty();
  }

  @Test
  void fullJitter_anyDelay_isFromZeroToTheDelay() {
    for (long seed = 0; seed < 1_000; seed++) {
      for (int failures : FAILURES) {
        long delay = backoff().delayNanos(failures, new Random(seed));
        long jittered = backoff().fullJitter().delayNanos(failures, new Random(seed));

        assertThat(jittered).as("failures %d", failures).isBetween(0L, delay);
      }
    }
  }

  @Test
  void equalJitter_anyDelay_isFromHalfToTheDelay() {
    for (long seed = 0; seed < 1_000; seed++) {
      for (int failures : FAILURES) {
        long delay = backoff().delayNanos(failures, new Random(seed));
        long jittered = backoff().equalJitter().delayNanos(failures, new Random(seed));

        assertThat(jittered).as("failures %d", failures).isBetween(delay - delay / 2, delay);
      }
    }
  }
}
