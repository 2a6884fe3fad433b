// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OnceTest {
  private final AtomicInteger made = new AtomicInteger();

  @Test
  void get_askedAgain_isTheSame() {
    Once<Integer> once = new Once<>(made::incrementAndGet);

    assertThat(once.get()).isEqualTo(1);
    assertThat(once.get()).isEqualTo(1);
  }

  @Test
  void get_makerFails_throwsAndTriesAgainNextTime() {
    Once<Integer> once =
        new Once<>(() -> {
          if (made.incrementAndGet() == 1) {
            throw new FixtureException("no port");
          }
          return made.get();
        });

    assertThatThrownBy(once::get).isInstanceOf(FixtureException.class).hasMessage("no port");
    assertThat(once.get()).isEqualTo(2);
  }

  @Test
  void get_whileAnotherThreadMakesIt_waitsForThat() throws InterruptedException {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch finish = new CountDownLatch(1);
    Once<Integer> once =
        new Once<>(() -> {
          making.countDown();
          try {
            finish.await();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
          return made.incrementAndGet();
        });
    CompletableFuture<Integer> first = CompletableFuture.supplyAsync(once::get);
    making.await();
    CompletableFuture<Integer> second = CompletableFuture.supplyAsync(once::get);

    finish.countDown();

    assertThat(first.join()).isEqualTo(1);
    assertThat(second.join()).isEqualTo(1);
  }
}
