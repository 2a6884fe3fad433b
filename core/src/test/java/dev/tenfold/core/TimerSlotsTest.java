// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TimerSlotsTest {
  private static final int SMALLEST = 1_024;

  private final TimerSlots slots = new TimerSlots();
  private final List<TimerSlots.Entry> due = new ArrayList<>();

  private static final class Noted extends TimerSlots.Entry {
    Noted(long dueNanos) {
      super(dueNanos, Runnable::run, () -> {});
    }
  }

  private Noted add(long dueNanos) {
    Noted entry = new Noted(dueNanos);
    slots.add(entry);
    return entry;
  }

  private List<Noted> addMany(int count) {
    return IntStream.range(0, count).mapToObj(i -> add(100)).toList();
  }

  @Test
  void remove_present_isTrueOnce() {
    Noted entry = add(100);

    assertThat(slots.remove(entry)).isTrue();
    assertThat(slots.remove(entry)).isFalse();
    assertThat(slots.count()).isZero();
  }

  @Test
  void remove_slotTakenByAnother_isFalse() {
    Noted gone = add(100);
    slots.remove(gone);
    add(100);

    assertThat(slots.remove(gone)).isFalse();
    assertThat(slots.count()).isEqualTo(1);
  }

  @Test
  void add_hundredThousandOneAtATime_staysSmall() {
    for (int i = 0; i < 100_000; i++) {
      slots.remove(add(100));
    }

    assertThat(slots.size()).isEqualTo(SMALLEST);
  }

  @Test
  void add_tenThousandAtOnce_growsInProportionAndLosesNone() {
    List<Noted> entries = addMany(10_000);

    assertThat(slots.count()).isEqualTo(10_000);
    assertThat(slots.size()).isBetween(10_000, 80_000);
    assertThat(slots.search(100, due)).isEqualTo(Long.MAX_VALUE);
    assertThat(due).containsExactlyInAnyOrderElementsOf(entries);
    assertThat(entries).allMatch(slots::remove);
    assertThat(slots.count()).isZero();
  }

  @Test
  void add_sameNumberAgainAndAgain_doesNotGrowForEver() {
    for (int round = 0; round < 100; round++) {
      assertThat(addMany(10_000)).allMatch(slots::remove);
    }

    assertThat(slots.size()).isLessThan(160_000);
  }

  @Test
  void search_afterAPeakHasPassed_findsWhatComesThen() {
    addMany(5_000).forEach(slots::remove);
    assertThat(slots.search(0, due)).isEqualTo(Long.MAX_VALUE);
    List<Noted> later = addMany(5_000);
    slots.search(100, due);

    assertThat(due).containsExactlyInAnyOrderElementsOf(later);
    due.clear();
    slots.search(100, due);
    assertThat(due).hasSize(5_000); // and again, as they are still there
  }

  @Test
  void search_listThatCannotGrow_losesNothing() {
    List<Noted> entries = addMany(3_000);
    List<TimerSlots.Entry> full =
        new ArrayList<>() {
          private static final long serialVersionUID = 1L;

          @Override
          public boolean add(TimerSlots.Entry entry) {
            if (size() == 1_500) {
              throw new OutOfMemoryError("list");
            }
            return super.add(entry);
          }
        };
    assertThatThrownBy(() -> slots.search(100, full)).isInstanceOf(OutOfMemoryError.class);
    slots.search(100, due);

    assertThat(due).containsExactlyInAnyOrderElementsOf(entries);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -5, Long.MAX_VALUE - 15, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 62})
  void search_anyClock_tellsTheDueFromTheRest(long now) {
    add(now + 30);
    add(now + 20);
    Noted past = add(now - 20);
    Noted present = add(now);
    add(now + Long.MAX_VALUE / 2);

    assertThat(slots.search(now, due)).isEqualTo(20);
    assertThat(due).containsExactlyInAnyOrder(past, present);
  }

  @Test
  void search_nothingPending_isForEver() {
    assertThat(slots.search(0, due)).isEqualTo(Long.MAX_VALUE);
    assertThat(due).isEmpty();
  }

  @Test
  void addAndRemove_fromManyThreads_eachEntryIsTakenOutOnce() throws InterruptedException {
    AtomicInteger searched = new AtomicInteger();
    AtomicInteger cancelled = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    int perThread = 100_000;
    for (int t = 0; t < 3; t++) {
      threads.add(new Thread(() -> addAndRemove(perThread, cancelled)));
    }
    threads.forEach(Thread::start);
    while (threads.stream().anyMatch(Thread::isAlive)) {
      searched.addAndGet(takeOut());
    }
    for (Thread thread : threads) {
      thread.join();
    }
    searched.addAndGet(takeOut());

    assertThat(cancelled.get() + searched.get()).isEqualTo(3 * perThread);
    assertThat(slots.count()).isZero();
  }

  /** Keeps up to 100 pending, more than the slots of one cache line. */
  private void addAndRemove(int count, AtomicInteger cancelled) {
    Noted[] pending = new Noted[100];
    for (int i = 0; i < count; i++) {
      Noted before = pending[i % pending.length];
      if (before != null && slots.remove(before)) {
        cancelled.incrementAndGet();
      }
      pending[i % pending.length] = add(i % 3);
    }
  }

  private int takeOut() {
    due.clear();
    slots.search(2, due);
    return (int) due.stream().filter(slots::remove).count();
  }
}
