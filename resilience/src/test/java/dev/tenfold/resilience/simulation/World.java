// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.Ambient;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.Outcome;
import dev.tenfold.resilience.Backoff;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.Fallback;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.RetryBudget;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One seed: pipelines that share a breaker, a bulkhead, a rate limiter and a retry budget, their
 * callers, a flaky backend, a clock and an executor, all played by one thread in an order drawn
 * from the seed. Every object of the world objects to what must not happen; the first objection
 * stands.
 */
final class World {
  static final String FALLBACK = "fallback";
  private static final long SECOND = 1_000_000_000;

  final RandomGenerator dice;
  final SimulatedTime time;
  final List<Runnable> tasks = new ArrayList<>();
  final @Nullable BreakerWatch breaker;
  final @Nullable BulkheadWatch bulkhead;
  final @Nullable LimiterWatch limiter;

  private final Ambient.Key<Call> caller = Ambient.key("caller");
  private final Backend backend;
  private final List<Setup> setups = new ArrayList<>();
  private final List<Call> live = new ArrayList<>();
  private final List<Call> ended = new ArrayList<>(); // since the last step
  private final Budget budget;
  private int ids;
  private int depth;
  private boolean frozen;
  private boolean disturbed;
  private @Nullable String failure;

  /** What the shared retry budget was built with, and what was spent. */
  private record Budget(int burst, double ratio, long trickleNanos, long startNanos) {
    /** The promise: burst + ratio × successful calls + 1 per trickle begun. */
    double allows(long successes, long nowNanos) {
      long begun = (nowNanos - startNanos) / trickleNanos + 1;
      return burst + ratio * successes + begun + 1e-3;
    }
  }

  private int repetitions;
  private int successes; // of attempts that a retry may repeat
  private int calls;

  World(long seed) {
    this.dice = new SplittableRandom(seed);
    long start =
        switch (dice.nextInt(4)) {
          case 0 -> Long.MAX_VALUE - 1_000_000_000L; // it overflows before the end
          case 1 -> -dice.nextLong(2_000_000_000L);
          default -> dice.nextInt(2_000_000_000);
        };
    this.time = new SimulatedTime(dice, start, this::act, this::frozen);
    this.backend = new Backend(this);
    this.breaker = dice.nextInt(3) > 0 ? new BreakerWatch(this) : null;
    this.bulkhead = dice.nextInt(3) > 0 ? new BulkheadWatch(this) : null;
    this.limiter = dice.nextInt(4) == 0 ? new LimiterWatch(this) : null;
    this.budget =
        new Budget(
            1 + dice.nextInt(4), dice.nextInt(4) * 0.1, (1 + dice.nextInt(5)) * SECOND, start);
    RetryBudget shared =
        RetryBudget.builder()
            .burst(budget.burst)
            .ratio(budget.ratio)
            .trickle(Duration.ofNanos(budget.trickleNanos))
            .timeSource(time)
            .build();
    for (int i = 1 + dice.nextInt(2); i > 0; i--) {
      setups.add(setup("p" + i, shared));
    }
  }

  private Setup setup(String name, RetryBudget shared) {
    if (dice.nextInt(4) == 0) {
      return new Setup(this, name, null, 1);
    }
    int attempts = 2 + dice.nextInt(3);
    Duration delay = Duration.ofMillis(1 + dice.nextInt(150));
    var builder =
        Retry.builder(name + " retry")
            .maxAttempts(attempts)
            .backoff(
                dice.nextBoolean()
                    ? Backoff.constant(delay)
                    : Backoff.exponential(delay, Duration.ofSeconds(1)).fullJitter())
            .budget(shared)
            .random(dice)
            .timeSource(time);
    if (dice.nextInt(4) == 0) {
      builder.retryRefusals();
    }
    return new Setup(this, name, builder.build(), attempts);
  }

  /** Plays so many steps and then lets everything come to rest; returns the first objection. */
  @Nullable String play(int steps) {
    for (int step = 0; step < steps && failure == null; step++) {
      act();
      settled();
    }
    if (failure == null) {
      rest();
    }
    Thread.interrupted();
    return failure;
  }

  /** Whether a timer, or a call that passes its permit on, is ending another call. */
  boolean mayHandOver() {
    return time.firing() || bulkhead != null;
  }

  /** Says that users' code runs, which the timer must not run. */
  void userCode(Object what) {
    if (time.onTimer()) {
      fail(what + " runs on the timer");
    }
  }

  void fail(String objection) {
    if (failure == null) {
      var where = new StringWriter();
      new Throwable(objection).printStackTrace(new PrintWriter(where));
      failure = where.toString();
    }
  }

  long nextId() {
    return ++ids;
  }

  @Nullable Call current() {
    return Ambient.get(caller);
  }

  /** Somebody interrupts the thread, or says that it was: the flag may stay. */
  void disturbed() {
    disturbed = true;
  }

  void interrupt() {
    disturbed = true;
    Thread.currentThread().interrupt();
  }

  /** Every reservation of the call must have been waited for. */
  void isReady(Call call) {
    for (WatchedGate.Admission admission : call.open) {
      if (admission.readyNanos - time.nanoTime() > 0) {
        fail(call + " did not wait for its reservation");
      }
    }
  }

  void attempt(Call call) {
    if (call.attempts > 1) {
      repetitions++;
      if (repetitions > budget.allows(successes, time.nanoTime())) {
        fail(repetitions + " retries after " + successes + " successes are more than " + budget);
      }
      if (!call.setup.mayWait
          && !call.reserved()
          && call.deadline != null
          && call.deadline.expired()) {
        fail("attempt " + call.attempts + " begins after the deadline of " + call);
      }
    }
  }

  /** An attempt of the call gives a value, which the call may still miss. */
  void succeeded(Call call) {
    if (call.setup.maxAttempts > 1) {
      successes++;
    }
  }

  /** Something happens while a gate is asked or told; the clock stands still meanwhile. */
  void actInside() {
    frozen(this::act);
  }

  void frozen(Runnable task) {
    boolean before = frozen;
    frozen = true;
    try {
      task.run();
    } finally {
      frozen = before;
    }
  }

  void act() {
    if (depth < 3) {
      one(dice.nextInt(frozen ? 7 : 14));
    }
  }

  void pass(long mostMillis) {
    if (!frozen) {
      time.advance(dice.nextLong(mostMillis) * 1_000_000L);
    }
  }

  private void one(int choice) {
    depth++;
    try {
      switch (choice) {
        case 0, 1 -> callAsync(setups.get(dice.nextInt(setups.size())));
        case 2, 3 -> backend.complete();
        case 4 -> cancel();
        case 5 -> {
          if (!tasks.isEmpty()) {
            tasks.remove(dice.nextInt(tasks.size())).run();
          }
        }
        case 6 -> {
          if (breaker != null) {
            breaker.knock();
          }
        }
        case 7, 8 -> callSync(setups.get(dice.nextInt(setups.size())));
        case 9 -> pass(1_000);
        default -> pass(150);
      }
    } finally {
      depth--;
    }
  }

  private Call newCall(Setup setup) {
    Deadline deadline =
        dice.nextInt(4) == 0
            ? Deadline.after(Duration.ofMillis(dice.nextInt(1_500)), time)
            : Deadline.current();
    Call call = new Call(calls, setup, effective(deadline), time.nanoTime());
    live.add(call);
    calls++;
    return call;
  }

  /** Returns the earlier of this deadline and that of the scope around the call. */
  private static @Nullable Deadline effective(@Nullable Deadline deadline) {
    if (deadline == null) {
      return null;
    }
    try (var scope = deadline.open()) {
      return Deadline.current();
    }
  }

  private void callAsync(Setup setup) {
    Call call = newCall(setup);
    CompletableFuture<Object> future;
    try (var scope = Ambient.open(caller, call);
        var limit = open(call)) {
      future =
          dice.nextInt(4) == 0
              ? setup.pipeline.callAsync(() -> backend.stage(call), Fallback.value(FALLBACK))
              : setup.pipeline.callAsync(() -> backend.stage(call));
    }
    call.future = future;
    var unused =
        future.whenComplete((value, error) -> {
          userCode("what follows " + call);
          over(call);
          if (!call.cancelled) {
            if (!call.open.isEmpty()) {
              fail("the caller hears of the end before the gates do, in " + call);
            }
            Expected.check(this, call, error == null ? value : error);
          }
        });
  }

  private void over(Call call) {
    call.over = true;
    live.remove(call);
    ended.add(call);
  }

  private static Ambient.@Nullable Scope open(Call call) {
    return call.deadline == null ? null : call.deadline.open();
  }

  private void callSync(Setup setup) {
    Call call = newCall(setup);
    Object end;
    try (var scope = Ambient.open(caller, call);
        var limit = open(call)) {
      if (dice.nextInt(3) == 0) {
        Outcome<Object> outcome = setup.pipeline.tryCall(() -> backend.answer(call));
        end = outcome.<Object>fold(value -> value, error -> error, refusal -> refusal);
      } else if (dice.nextInt(4) == 0) {
        end = setup.pipeline.call(() -> backend.answer(call), Fallback.value(FALLBACK));
      } else {
        end = setup.pipeline.call(() -> backend.answer(call));
      }
    } catch (Throwable thrown) {
      end = thrown;
    }
    over(call);
    if (!call.open.isEmpty()) {
      fail("the caller hears of the end before the gates do, in " + call);
    }
    if (end instanceof CallInterruptedException && !Thread.currentThread().isInterrupted()) {
      fail("the interrupt of " + call + " is lost");
    }
    Expected.check(this, call, end);
  }

  private void cancel() {
    if (live.isEmpty() || dice.nextInt(3) > 0) {
      return;
    }
    Call call = live.get(dice.nextInt(live.size()));
    CompletableFuture<Object> future = call.future;
    if (future != null) { // else it is a blocking call, or still being begun
      call.cancelled = true;
      if (dice.nextInt(4) > 0) {
        future.cancel(true);
      } else {
        future.complete("enough");
      }
    }
  }

  /** Between two steps nobody is in the middle of anything. */
  private void settled() {
    if (Thread.interrupted() && !disturbed) {
      fail("an interrupt is left behind");
    }
    disturbed = false;
    for (Call call : ended) {
      if (!call.open.isEmpty()) {
        fail(call + " is over and " + call.open.peek().gate.name() + " has not heard of it");
      } else if (call.stage != null && !call.stage.isDone() && call.stage.heedsCancel()) {
        fail(call + " is over and its stage is not cancelled");
      }
    }
    ended.clear();
    boolean quiet = live.isEmpty();
    if (bulkhead != null) {
      bulkhead.settled();
      if (quiet) {
        bulkhead.isEmpty();
      }
    }
    if (quiet && time.pending() > 0) {
      fail(time.pending() + " timers are left and nobody calls");
    }
  }

  private void rest() {
    comeToRest();
    for (Call call : List.copyOf(live)) {
      boolean stageIsPending = call.stage != null && !call.stage.isDone();
      if (!stageIsPending || call.setup.timeouts > 0) {
        fail(call + " never ends: " + call.given);
      }
    }
    for (int round = 0; round < 10 && !live.isEmpty(); round++) {
      backend.completeAll();
      comeToRest();
    }
    if (failure == null && !live.isEmpty()) {
      fail(live.get(0) + " never ends although its stage did");
    }
    settled();
    for (Setup setup : setups) {
      if (setup.pipeline.faults() != setup.faults) {
        fail(setup.pipeline.faults() + " of " + setup.faults + " faults are counted");
      }
    }
    if (breaker != null && failure == null) {
      breaker.recover();
    }
    if (limiter != null) {
      limiter.recover();
    }
  }

  private void comeToRest() {
    depth = 3; // what still happens starts nothing new
    for (int round = 0; (!tasks.isEmpty() || time.pending() > 0) && failure == null; round++) {
      if (round == 10_000) {
        fail("it never comes to rest");
      }
      if (tasks.isEmpty() || dice.nextInt(4) == 0) {
        time.advance(200_000_000L);
      } else {
        tasks.remove(dice.nextInt(tasks.size())).run();
      }
    }
    depth = 0;
  }
}
