// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * Threading. The state of an attempt is one of three: Phase.DRIVING (one thread enters the gates),
 * Phase.IDLE (the attempt waits, or the guarded call runs), or an AsyncResult (the attempt has ended).
 * Every change of the state is a compare-and-set. Plain fields are accessed only by the thread that made
 * the state DRIVING, or by the one thread that cleans up after the end.
 *
 * An end during DRIVING only stores the result: the driving thread sees it before the next gate and
 * cleans up. An end during IDLE is followed by the clean-up on the thread that ended the attempt. An
 * attempt outside the retry exits its gates after the attempt inside (afterExits), so that all gates exit
 * in reverse order.
 *
 * Any thread can end an attempt, the timer's too. State, permits, budgets, breakers, timers and the
 * decision to retry are therefore handled at once, on that thread. Gates that run user code at their exit
 * are handed over if the thread is not free, and exit in reverse order among themselves.
 */
/**
 * One passage of an asynchronous call through an {@link AsyncSegment}. Completion, timeout and
 * cancellation race for one state: the first ends the attempt and exits the gates; later ones are
 * ignored.
 *
 * <p>The parameter {@code free} says whether user code may run on the calling thread: see {@link
 * AsyncHandoff}.
 */
abstract class AsyncAttempt<T extends @Nullable Object> {
  private enum Phase {
    IDLE,
    DRIVING
  }

  private final AsyncSegment segment;
  private final AsyncHandoff handoff;
  private final @Nullable Deadline deadline;
  private final boolean clocked;
  private final AtomicReference<Object> state = new AtomicReference<>(Phase.IDLE);
  private final AtomicReference<@Nullable Object> afterExits = new AtomicReference<>();
  private final long[] permits;
  private final TimeSource.@Nullable Timer[] timers;
  private @Nullable Wait wait;
  private int entered;
  private long nowNanos;
  private boolean armed;
  private long dueNanos; // when the earliest armed timeout fires
  private volatile boolean began;
  private volatile long beganNanos;
  private boolean hadBegun; // when the attempt ended

  /**
   * Creates an attempt.
   *
   * @param clocked whether a policy of the pipeline needs the time at the start
   */
  AsyncAttempt(
      AsyncSegment segment, AsyncHandoff handoff, @Nullable Deadline deadline, boolean clocked) {
    this.segment = segment;
    this.handoff = handoff;
    this.deadline = deadline;
    this.clocked = clocked;
    this.permits = new long[segment.length()];
    this.timers = new TimeSource.@Nullable Timer[segment.length()];
  }

  /**
   * Starts what the gates guard, which calls {@link #end} when it has ended.
   *
   * @param nowNanos the time, if a policy needs it
   */
  abstract void begin(long nowNanos, boolean free);

  /**
   * Stops the attempt inside this one, before the gates of this one exit. Called only if this
   * attempt was stopped.
   *
   * @param then runs after the attempt inside has exited its gates
   */
  abstract void stopInside(AsyncResult<T> result, AfterExits then, boolean free);

  /** Called once, after the attempt has ended and its gates have exited. */
  abstract void ended(AsyncResult<T> result, boolean free);

  /** Enters the gates and starts what they guard, unless the attempt has ended before. */
  final void start(long now, boolean free) {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      nowNanos = now;
      drive(false, free);
    }
  }

  /**
   * Records the start of the guarded call. The first attempt inside counts. The end of an attempt
   * sees the start, or the caller of this method sees the end ({@link #isEnded}).
   */
  final void guardedBegins(long now) {
    if (!began) {
      beganNanos = now;
      began = true;
    }
  }

  /** Runs the action after the gates of this attempt have exited. */
  final void afterExits(AfterExits action, boolean free) {
    if (!afterExits.compareAndSet(null, action)) {
      action.run(free);
    }
  }

  final boolean isEnded() {
    return state.get() instanceof AsyncResult;
  }

  /** Ends the attempt, unless it has ended already. */
  final void end(AsyncResult<T> result, boolean free) {
    while (true) {
      Object now = state.get();
      if (now instanceof AsyncResult) {
        return;
      }
      if (state.compareAndSet(now, result)) {
        if (now == Phase.IDLE) {
          cleanUp(result, free);
        }
        return;
      }
    }
  }

  /**
   * Enters the remaining gates, then starts what they guard.
   *
   * @param waited whether the attempt has waited, so that the clock has to be read again
   */
  private void drive(boolean waited, boolean free) {
    try {
      if (waited) {
        nowNanos = clocked ? segment.time.nanoTime() : 0;
      }
      while (entered < permits.length && !isEnded()) {
        if (!step(entered, free)) {
          return;
        }
      }
    } catch (Throwable stop) {
      AsyncResult<T> result = AsyncResult.threw(stop);
      if (state.compareAndSet(Phase.DRIVING, result)) {
        cleanUp(result, free);
      } else {
        cleanUpAfterEnd(free);
      }
      return;
    }
    long now = nowNanos;
    stopDrivingThen(free, () -> begin(now, free));
  }

  /** Leaves the state DRIVING, then runs the action. A throw of the action ends the attempt. */
  private void stopDrivingThen(boolean free, Runnable action) {
    if (stopDriving(free)) {
      try {
        action.run();
      } catch (Throwable fault) {
        end(AsyncResult.threw(fault), free);
      }
    }
  }

  /** Enters one gate. Returns false if this thread no longer drives the attempt. */
  private boolean step(int place, boolean free) {
    PipelineGate gate = segment.gate(place);
    if (gate == null) {
      arm(place, Objects.requireNonNull(segment.timeout(place)));
      entered = place + 1;
      return true;
    }
    if (!free && gate.userCodeAtEntry()) {
      stopDrivingThen(free, () -> handoff.follow(false, this::driveOnFreeThread));
      return false;
    }
    long permit = gate.admit(nowNanos);
    if (Refusal.is(permit)) {
      return queue(place, gate, permit, free);
    }
    permits[place] = permit;
    entered = place + 1;
    if (permit >= 0) {
      return true;
    }
    if (clip(-permit) < -permit || leftNanos() <= -permit) {
      gate.handBack(permit, nowNanos);
      gate.countRefused();
      throw gate.refusal(Refusal.of(RefusalKind.WAIT_TOO_LONG, -permit));
    }
    Reservation reservation = new Reservation(gate, permit, nowNanos);
    wait = reservation;
    Runnable resume = () -> resume(place, permit);
    stopDrivingThen(
        free,
        () ->
            reservation.timer.set(
                handoff.after(-permit, resume, byTimer -> end(AsyncResult.threw(byTimer), free))));
    return false;
  }

  private boolean queue(int place, PipelineGate gate, long refusal, boolean free) {
    if (!(gate instanceof Bulkhead bulkhead) || bulkhead.maxWaitNanos() == 0) {
      throw gate.refusal(refusal);
    }
    long nanos = clip(bulkhead.maxWaitNanos());
    RefusalKind late =
        nanos < bulkhead.maxWaitNanos()
            ? RefusalKind.DEADLINE_ENDED
            : RefusalKind.BULKHEAD_WAITED_TOO_LONG;
    if (nanos <= 0) {
      bulkhead.countRefused();
      throw gate.refusal(Refusal.of(late));
    }
    QueuedCall queued = new QueuedCall(bulkhead, place);
    wait = queued;
    stopDrivingThen(
        free,
        () -> {
          Runnable giveUp = () -> queued.giveUp(late, false);
          queued.timer.set(handoff.after(nanos, giveUp, byTimer -> queued.giveUp(late, free)));
          if (!bulkhead.permits().join(queued)) {
            queued.giveUp(RefusalKind.BULKHEAD_QUEUE_FULL, free);
          }
        });
    return false;
  }

  private void arm(int place, Timeout timeout) {
    long own = timeout.nanos();
    long left = clip(own);
    if (left <= 0) {
      throw timeout.refusal();
    }
    long nanos = left == own ? own : Math.min(own, segment.time.nanoTime() - nowNanos + left);
    long due = nowNanos + nanos;
    timers[place] =
        handoff.at(due, () -> end(AsyncResult.timedOut(place, late(timeout, nanos, due)), false));
    dueNanos = armed && dueNanos - due < 0 ? dueNanos : due;
    armed = true;
  }

  private CallTimeoutException late(Timeout timeout, long nanos, long due) {
    return nanos == timeout.nanos()
        ? new CallTimeoutException(segment.pipeline, timeout.duration(), null)
        : new CallTimeoutException(segment.pipeline, nanos, ranLongEnough(due), null);
  }

  /** Whether the guarded call, until this time, {@linkplain ClippedTimeout ran for long enough}. */
  boolean ranLongEnough(long now) {
    if (state.get() instanceof AsyncResult<?> ended) {
      return ended.deadlineEnded() && ended.ranLongEnough();
    }
    return began && ClippedTimeout.ranLongEnough(now - beganNanos, segment.shortestTimeoutNanos);
  }

  /** Returns the time until the earliest timeout of this attempt, or of one outside it, fires. */
  final long leftNanos() {
    long left = armed ? dueNanos - segment.time.nanoTime() : Long.MAX_VALUE;
    return Math.min(left, leftOutsideNanos());
  }

  /** Returns the time until the earliest timeout outside this attempt fires. */
  long leftOutsideNanos() {
    return Long.MAX_VALUE;
  }

  private long clip(long nanos) {
    return deadline == null ? nanos : Math.min(nanos, deadline.remainingNanos());
  }

  /**
   * Enters the remaining gates after a wait, unless the attempt has ended. Runs on the timer or on
   * the thread that released a permit.
   */
  private void resume(int place, long permit) {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      wait = null;
      permits[place] = permit;
      entered = place + 1;
      drive(true, false);
    }
  }

  /** Enters the remaining gates on a free thread, unless the attempt has ended. */
  private void driveOnFreeThread() {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      drive(true, true);
    }
  }

  /**
   * Leaves the state DRIVING. Returns false, after the clean-up, if the attempt has ended
   * meanwhile.
   */
  private boolean stopDriving(boolean free) {
    if (state.compareAndSet(Phase.DRIVING, Phase.IDLE)) {
      return true;
    }
    cleanUpAfterEnd(free);
    return false;
  }

  @SuppressWarnings("unchecked") // only end() stores results, of this type
  private void cleanUpAfterEnd(boolean free) {
    cleanUp((AsyncResult<T>) state.get(), free);
  }

  private void cleanUp(AsyncResult<T> ended, boolean free) {
    AsyncResult<T> result = ended;
    hadBegun = began;
    if (wait != null) {
      wait.cancel();
    }
    for (TimeSource.Timer timer : timers) {
      if (timer != null) {
        timer.cancel();
      }
    }
    if (result.firedAt() >= 0 && result.firedAt() != AsyncResult.NOT_FIRED) {
      Timeout timeout = Objects.requireNonNull(segment.timeout(result.firedAt()));
      timeout.countEnded(result.deadlineEnded());
      if (result.deadlineEnded() && !hadBegun) {
        result = result.refusedBy(timeout); // and the guarded call does not begin any more
      }
    }
    if (result.stopped()) {
      AsyncResult<T> last = result;
      stopInside(last, freeThen -> exitGates(last, freeThen), free);
    } else {
      exitGates(result, free);
    }
  }

  private void exitGates(AsyncResult<T> result, boolean free) {
    AsyncResult.Reading clock = result.clock();
    if (clock == null && (segment.timeAtExit || result.deadlineEnded())) {
      clock = new AsyncResult.Reading(segment.nowOr(nowNanos));
    }
    AsyncResult<T> timed = result.at(clock);
    AsyncSegment.Passage passage =
        new AsyncSegment.Passage(permits, entered, hadBegun, beganNanos, timed);
    if (handoff.here(free)) {
      segment.exit(passage, AsyncSegment.Whose.ALL);
    } else if (segment.exit(passage, AsyncSegment.Whose.OWN)) {
      handoff.run(false, () -> segment.exit(passage, AsyncSegment.Whose.USERS));
    }
    if (afterExits.getAndSet(this) instanceof AfterExits action) {
      action.run(free);
    }
    ended(timed, free);
  }

  /** An action that follows the exits of an attempt, on the thread that made them. */
  @FunctionalInterface
  interface AfterExits {
    void run(boolean free);
  }

  /** A wait of an attempt. Cancelled at most once, by the thread that cleans up. */
  private interface Wait {
    void cancel();
  }

  private static final class Reservation implements Wait {
    final PendingTimer timer = new PendingTimer();
    private final PipelineGate gate;
    private final long permit;
    private final long enteredNanos;

    Reservation(PipelineGate gate, long permit, long enteredNanos) {
      this.gate = gate;
      this.permit = permit;
      this.enteredNanos = enteredNanos;
    }

    @Override
    public void cancel() {
      timer.cancel();
      gate.handBack(permit, enteredNanos);
    }
  }

  private final class QueuedCall extends Permits.Waiter implements Wait {
    final PendingTimer timer = new PendingTimer();
    private final Bulkhead bulkhead;
    private final int place;

    QueuedCall(Bulkhead bulkhead, int place) {
      this.bulkhead = bulkhead;
      this.place = place;
    }

    @Override
    void granted() {
      timer.cancel();
      handoff.onForeignThread(() -> resume(place, Bulkhead.AFTER_WAIT));
    }

    /** Ends the attempt with a refusal, unless a permit was granted before. */
    void giveUp(RefusalKind why, boolean free) {
      if (abandon()) {
        timer.cancel();
        bulkhead.permits().withdraw(this);
        bulkhead.countRefused();
        end(AsyncResult.threw(bulkhead.refusal(Refusal.of(why))), free);
      }
    }

    @Override
    public void cancel() {
      timer.cancel();
      if (abandon()) {
        bulkhead.permits().withdraw(this);
      } else if (held()) {
        bulkhead.permits().release();
      }
    }
  }
}
