// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Verdict;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Gate} must keep, by itself and in pipelines that drive it through every way of
 * calling and every way a call can end. Extend it and return a fresh gate; override {@link #limit}
 * if the gate admits only so many calls at once.
 */
public abstract class GateContract extends GateInPipelineContract {
  private static final int KNOWN_NEEDS = Gate.TIME_AT_ENTER | Gate.TIME_AT_EXIT | Gate.DURATION;

  /** The clock of the gates under test. It stands still unless a test moves it. */
  protected final ManualTimeSource time = new ManualTimeSource();

  /** Every test is given a gate made by {@link #gate}. */
  protected GateContract() {}

  /**
   * Makes a gate that has heard nothing yet and admits.
   *
   * @param clock the clock it must live by
   * @return the gate under test
   */
  protected abstract Gate gate(ManualTimeSource clock);

  /**
   * Returns how many calls the gate admits at once.
   *
   * @return the limit, or 0 if there is none
   */
  protected int limit() {
    return 0;
  }

  @Override
  final Gate gateUnderTest(ManualTimeSource clock) {
    return gate(clock);
  }

  private long enter(Gate gate) {
    boolean asked = (gate.needs() & Gate.TIME_AT_ENTER) != 0;
    return gate.enter(asked ? time.nanoTime() : RecordingGate.MEANINGLESS);
  }

  private void exit(Gate gate, long permit, Verdict verdict) {
    boolean duration = (gate.needs() & Gate.DURATION) != 0;
    boolean asked = duration || (gate.needs() & Gate.TIME_AT_EXIT) != 0;
    long now = asked ? time.nanoTime() : RecordingGate.MEANINGLESS;
    gate.exit(permit, duration ? now : RecordingGate.MEANINGLESS, now, verdict);
  }

  @Test
  void name_always_isConstantAndNotEmpty() {
    Gate gate = gate(time);

    assertThat(gate.name()).isNotEmpty().isEqualTo(gate.name());
  }

  @Test
  void needs_always_isConstantAndOfKnownBits() {
    Gate gate = gate(time);
    int before = gate.needs();
    exit(gate, enter(gate), Verdict.FAILURE);

    assertThat(before & ~KNOWN_NEEDS).isZero();
    assertThat(gate.needs()).isEqualTo(before);
  }

  @Test
  void timeSource_always_isTheClockGivenOrNone() {
    assertThat(gate(time).timeSource()).isIn(time, null);
  }

  @Test
  void enter_fresh_admitsAtOnceOrReserves() {
    assertThat(enter(gate(time))).isNotEqualTo(Gate.REFUSED);
  }

  @Test
  void enter_timesNotAskedFor_areNotLookedAt() {
    // enter() and exit() above pass a nonsense time unless it was asked for
    Gate gate = gate(time);
    for (int i = 0; i < 100; i++) {
      long permit = enter(gate);
      assertThat(permit).isNotEqualTo(Gate.REFUSED);
      exit(gate, permit, Verdict.SUCCESS);
      time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void exit_everyVerdict_isTaken() {
    Gate gate = gate(time);
    for (Verdict verdict : Verdict.values()) {
      long permit = enter(gate);

      assertThatCode(() -> exit(gate, permit, verdict)).doesNotThrowAnyException();
    }
  }

  @Test
  void exit_abandoned_givesThePlaceBack() {
    Gate gate = gate(time);
    for (int round = 0; round < 1_000; round++) {
      long permit = enter(gate);
      assertThat(permit).as("round %d", round).isNotEqualTo(Gate.REFUSED);
      exit(gate, permit, Verdict.ABANDONED);
    }
  }

  @Test
  void exit_inReverseOrder_givesEveryPlaceBack() {
    Gate gate = gate(time);
    int places = limit() == 0 ? 100 : limit();
    for (int round = 0; round < 3; round++) {
      Deque<Long> permits = new ArrayDeque<>();
      for (int i = 0; i < places; i++) {
        long permit = enter(gate);
        assertThat(permit).as("place %d of %d", i, places).isNotEqualTo(Gate.REFUSED);
        permits.push(permit);
      }
      if (limit() > 0) {
        assertThat(enter(gate)).as("one more than the limit").isEqualTo(Gate.REFUSED);
      }
      for (long permit : permits) {
        exit(gate, permit, Verdict.ABANDONED);
      }
    }
  }

  @Test
  void judge_anything_answersWithoutThrowing() {
    Gate gate = gate(time);

    assertThatCode(
            () -> {
              gate.judge(null, null);
              gate.judge("value", null);
              gate.judge(null, new RuntimeException("down"));
              gate.judge(null, new StackOverflowError());
            })
        .doesNotThrowAnyException();
  }

  @Test
  void retryAfterNanos_always_isAWaitOrUnknown() {
    Gate gate = gate(time);
    List<Long> answers = new ArrayList<>();
    answers.add(gate.retryAfterNanos(time.nanoTime()));
    for (int i = 0; i < 1_000; i++) {
      long permit = enter(gate);
      if (permit == Gate.REFUSED) {
        break;
      }
      exit(gate, permit, Verdict.FAILURE);
    }
    answers.add(gate.retryAfterNanos(time.nanoTime()));

    assertThat(answers).allMatch(nanos -> nanos >= -1);
  }

  @Test
  void enterAndExit_fromManyThreads_neverExceedTheLimitAndLoseNothing() throws Exception {
    Gate gate = gate(time);
    AtomicLong inside = new AtomicLong();
    AtomicLong most = new AtomicLong();
    CountDownLatch go = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            try {
              go.await();
            } catch (InterruptedException interrupt) {
              return;
            }
            for (int i = 0; i < 2_000; i++) {
              long permit = enter(gate);
              if (permit != Gate.REFUSED) {
                most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                inside.decrementAndGet();
                exit(gate, permit, Verdict.SUCCESS);
              }
            }
          });
      threads.add(thread);
      thread.start();
    }
    go.countDown();
    for (Thread thread : threads) {
      thread.join();
    }

    if (limit() > 0) {
      assertThat(most.get()).isLessThanOrEqualTo(limit());
    }
    exit_inReverseOrder_givesEveryPlaceBack();
    long permit = enter(gate);
    assertThat(permit).isNotEqualTo(Gate.REFUSED);
    exit(gate, permit, Verdict.SUCCESS);
  }
}
