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
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * The duties of a {@link Gate}, as tests: alone, and in pipelines that drive the gate through every
 * way of calling and every way a call can end. Extend the class and return a new gate; override
 * {@link #limit} if the gate limits how many calls are in progress.
 *
 * <ol>
 *   <li>The name is constant and not empty. The needs are constant and known. The clock is the
 *       given one or none. A time that was not asked for is not read.
 *   <li>A new gate admits. A gate with a limit admits as many calls as its limit, refuses one more,
 *       and never exceeds the limit, on however many threads.
 *   <li>Every exit gives the place back: for every verdict, in any order, exactly once.
 *   <li>{@code enter}, {@code exit}, {@code judge} and {@code retryAfterNanos} do not block, also
 *       when the gate is full: who has to wait gets a reservation, and the pipeline waits.
 *   <li>{@code exit} takes every verdict and every duration without throwing. {@code judge} answers
 *       for every result without throwing, and never {@link Verdict#ABANDONED}.
 *   <li>{@code retryAfterNanos} is -1 or more.
 *   <li>Threads may share a gate; no place is lost.
 * </ol>
 *
 * <p>How much the tests ask of a gate that opens after failures: fewer than one in ten results is a
 * failure wherever a refusal would break a duty.
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
public abstract class GateContract extends GateInPipelineContract {
  private static final Verdict SUCCESS = Verdict.SUCCESS;
  private static final int HOLDING_SPINS = 5;
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
   * Returns how many calls the gate admits at once. A gate whose limit changes starts with this one
   * and keeps it in the tests.
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
    exit(gate, permit, verdict, 0);
  }

  private void exit(Gate gate, long permit, Verdict verdict, long tookNanos) {
    boolean duration = (gate.needs() & Gate.DURATION) != 0;
    boolean asked = duration || (gate.needs() & Gate.TIME_AT_EXIT) != 0;
    long now = asked ? time.nanoTime() : RecordingGate.MEANINGLESS;
    gate.exit(permit, duration ? now - tookNanos : RecordingGate.MEANINGLESS, now, verdict);
  }

  /** Enters as often as the gate admits at once, and fails if the limit is another. */
  private Deque<Long> fill(Gate gate) {
    return fill(gate, "a gate admits as many calls as its limit");
  }

  private Deque<Long> fill(Gate gate, String duty) {
    Deque<Long> permits = new ArrayDeque<>();
    int places = limit() == 0 ? 100 : limit();
    for (int i = 1; i <= places; i++) {
      permits.push(admitted(gate, duty + " (call " + i + ")"));
    }
    if (limit() > 0) {
      assertThat(enter(gate))
          .as("a gate that is full refuses one call more than its limit")
          .isEqualTo(Gate.REFUSED);
    }
    return permits;
  }

  private long admitted(Gate gate, String duty) {
    long permit = enter(gate);
    assertThat(permit).as(duty).isNotEqualTo(Gate.REFUSED);
    return permit;
  }

  @Test
  void name_always_isConstantAndNotEmpty() {
    Gate gate = gate(time);

    assertThat(gate.name()).as("the name of a gate is not empty").isNotEmpty();
    assertThat(gate.name()).as("the name of a gate is constant").isEqualTo(gate.name());
  }

  @Test
  void needs_always_isConstantAndOfKnownBits() {
    Gate gate = gate(time);
    int before = gate.needs();
    exit(gate, enter(gate), Verdict.FAILURE);

    assertThat(before & ~KNOWN_NEEDS).as("a gate needs only known times (other bits)").isZero();
    assertThat(gate.needs()).as("the needs of a gate are constant").isEqualTo(before);
  }

  @Test
  void timeSource_always_isTheClockGivenOrNone() {
    assertThat(gate(time).timeSource()).as("a gate lives by the given clock").isIn(time, null);
  }

  @Test
  void enter_new_admitsAtOnceOrReserves() {
    admitted(gate(time), "a new gate admits");
  }

  @Test
  void enter_timesNotAskedFor_areNotRead() {
    // enter() and exit() above pass a nonsense time unless it was asked for
    Gate gate = gate(time);
    for (int i = 0; i < 100; i++) {
      long permit = admitted(gate, "a gate does not read a time that it did not ask for");
      exit(gate, permit, Verdict.SUCCESS);
      time.advance(Duration.ofSeconds(1));
    }
  }

  @Test
  void enterAndExit_alone_doNotBlock() {
    Gate gate = gate(time);

    Threads.doesNotWait(
        "a gate does not block",
        () -> {
          long permit = enter(gate);
          if (permit == Gate.REFUSED) {
            gate.retryAfterNanos(time.nanoTime());
          } else {
            gate.judge("value", null);
            exit(gate, permit, Verdict.SUCCESS);
          }
        });
  }

  @Test
  void enter_full_isRefusedAtOnce() {
    Gate gate = gate(time);
    if (limit() > 0) {
      fill(gate);
    }

    Threads.doesNotWait(
        "a gate that cannot admit a call refuses at once and does not block",
        () -> {
          for (int i = 0; i < 50; i++) {
            enter(gate);
          }
          gate.retryAfterNanos(time.nanoTime());
        });
  }

  @Test
  void exit_everyVerdictAndDuration_isTaken() {
    Gate gate = gate(time);
    time.advance(Duration.ofHours(1));
    for (long took : new long[] {0, 1, Duration.ofMinutes(1).toNanos(), time.nanoTime()}) {
      for (Verdict verdict : Verdict.values()) {
        long permit = enter(gate);
        if (permit != Gate.REFUSED) {
          assertThatCode(() -> exit(gate, permit, verdict, took))
              .as("a gate takes the verdict %s after %s ns without throwing", verdict, took)
              .doesNotThrowAnyException();
        }
      }
    }
  }

  @Test
  void exit_abandoned_givesThePlaceBack() {
    Gate gate = gate(time);
    for (int round = 0; round < 1_000; round++) {
      long permit = admitted(gate, "an abandoned call gives its place back (call " + round + ")");
      exit(gate, permit, Verdict.ABANDONED);
    }
  }

  @Test
  void exit_everyVerdict_givesThePlaceBack() {
    Gate gate = gate(time);
    if (limit() == 0) {
      return;
    }
    for (int i = 0; i < 20 * limit(); i++) {
      long permit = admitted(gate, "a call gives its place back, whatever its verdict");
      exit(gate, permit, i % 20 == 19 ? Verdict.FAILURE : i % 2 == 0 ? Verdict.IGNORED : SUCCESS);
      time.advance(Duration.ofSeconds(1));
    }
    fill(gate, "a call gives its place back, whatever its verdict");
  }

  @Test
  void exit_inReverseOrder_givesEveryPlaceBack() {
    Gate gate = gate(time);
    for (int round = 0; round < 3; round++) {
      for (long permit : fill(gate)) {
        exit(gate, permit, Verdict.ABANDONED);
      }
    }
  }

  @Test
  void exit_inAnyOrder_givesEveryPlaceBack() {
    Gate gate = gate(time);
    for (long seed = 0; seed < 3; seed++) {
      List<Long> permits = new ArrayList<>(fill(gate));
      Collections.shuffle(permits, new Random(seed));
      for (long permit : permits) {
        exit(gate, permit, Verdict.ABANDONED);
      }
    }
  }

  @Test
  void judge_anything_answersWithoutThrowing() {
    Gate gate = gate(time);
    for (Object value : Arrays.asList(null, "value", 7)) {
      isJudged(gate, value, null);
    }
    isJudged(gate, null, new RuntimeException("down"));
    isJudged(gate, null, new StackOverflowError());
  }

  private static void isJudged(Gate gate, @Nullable Object value, @Nullable Throwable error) {
    assertThatCode(() -> gate.judge(value, error))
        .as("a gate judges any result without throwing: %s, %s", value, error)
        .doesNotThrowAnyException();
    assertThat(gate.judge(value, error))
        .as("a gate never judges a result ABANDONED: the call did run")
        .isNotEqualTo(Verdict.ABANDONED);
  }

  @Test
  void retryAfterNanos_always_isAWaitOrUnknown() {
    Gate gate = gate(time);
    List<Long> answers = new ArrayList<>();
    answers.add(gate.retryAfterNanos(time.nanoTime()));
    for (int i = 0; i < 1_000 && enter(gate) != Gate.REFUSED; i++) {
      answers.add(gate.retryAfterNanos(time.nanoTime()));
    }
    answers.add(gate.retryAfterNanos(time.nanoTime()));

    assertThat(answers)
        .as("the time after which a gate may admit is 0 or more, or -1 for unknown")
        .allMatch(nanos -> nanos >= -1);
  }

  /** All places but one are taken, so that threads meet at the last one. */
  @Test
  void enterAndExit_fromManyThreads_neverExceedTheLimitAndLoseNothing() {
    Gate gate = gate(time);
    List<Long> taken = new ArrayList<>();
    for (int i = 1; i < limit(); i++) {
      taken.add(admitted(gate, "a gate admits as many calls as its limit (call " + i + ")"));
    }
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger max = new AtomicInteger();
    Threads.together(
        "threads may share a gate",
        (thread, round) -> {
          long permit = enter(gate);
          if (permit != Gate.REFUSED) {
            max.accumulateAndGet(inside.incrementAndGet(), Math::max);
            for (int i = 0; i < HOLDING_SPINS; i++) {
              Thread.onSpinWait();
            }
            inside.decrementAndGet();
            exit(gate, permit, limit() > 0 || round < 1_000 ? SUCCESS : Verdict.ABANDONED);
          }
        });
    taken.forEach(permit -> exit(gate, permit, SUCCESS));
    time.advance(Duration.ofHours(1));

    if (limit() > 0) {
      assertThat(max.get() + taken.size())
          .as("a gate never exceeds its limit when threads share a gate (calls at once)")
          .isLessThanOrEqualTo(limit());
    }
    List<Long> again = new ArrayList<>();
    for (int i = 1; i <= Math.max(limit(), 1); i++) {
      again.add(admitted(gate, "no place is lost when threads share a gate"));
    }
    if (limit() > 0) {
      assertThat(enter(gate))
          .as("no place is won when threads share a gate: a full one refuses")
          .isEqualTo(Gate.REFUSED);
    }
    again.forEach(permit -> exit(gate, permit, SUCCESS));
  }
}
