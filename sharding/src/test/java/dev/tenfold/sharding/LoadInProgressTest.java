// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LoadInProgressTest {
  private final ManualTimeSource time = new ManualTimeSource();
  private final LoadInProgress hanging = new LoadInProgress();

  @Test
  void await_deadlineEnds_leavesNobodyBehind() throws InterruptedException {
    for (int i = 0; i < 100; i++) {
      try (Ambient.Scope scope = Deadline.after(Duration.ZERO, time).open()) {
        assertThat(hanging.await(time)).isFalse();
      }
    }
    assertThat(hanging.waiting()).isZero();
    assertThat(time.pending()).isZero();
  }

  @Test
  void await_interrupted_leavesNobodyBehind() {
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> hanging.await(time));
    assertThat(Thread.interrupted()).isFalse();
    assertThat(hanging.waiting()).isZero();
  }

  @Test
  void end_withAndWithoutADeadline_wakesAll() throws Exception {
    CompletableFuture<Boolean> without = waiting(Duration.ZERO);
    CompletableFuture<Boolean> with = waiting(Duration.ofHours(1));
    time.awaitWaiters(1);
    while (hanging.waiting() < 2) {
      Thread.onSpinWait();
    }
    assertThat(time.pending()).as("waits for the clock").isEqualTo(1);
    hanging.end(true);

    assertThat(without.get()).isTrue();
    assertThat(with.get()).isTrue();
    assertThat(hanging.succeeded()).isTrue();
    assertThat(hanging.await(time)).isTrue();
    assertThat(hanging.waiting()).isZero();
  }

  /** Waits on another thread, with a Deadline unless the duration is zero. */
  private CompletableFuture<Boolean> waiting(Duration left) {
    CompletableFuture<Boolean> ended = new CompletableFuture<>();
    Thread thread =
        new Thread(() -> {
          try {
            if (left.isZero()) {
              ended.complete(hanging.await(time));
              return;
            }
            try (Ambient.Scope scope = Deadline.after(left, time).open()) {
              ended.complete(hanging.await(time));
            }
          } catch (InterruptedException interrupted) {
            ended.completeExceptionally(interrupted);
          }
        });
    thread.setDaemon(true);
    thread.start();
    return ended;
  }

  @Test
  void isOfThisThread_anotherThread_isNot() {
    assertThat(hanging.isOfThisThread()).isTrue();
    assertThat(CompletableFuture.supplyAsync(hanging::isOfThisThread).join()).isFalse();
  }
}
