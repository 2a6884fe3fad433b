// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/*
 * Who may touch what: an attempt is either being driven through its gates by one thread (Phase.DRIVING),
 * or left alone while it waits or runs (Phase.IDLE), or ended (the Ending). All plain fields are touched
 * only by the thread that drives or by the one that cleans up, and both got there by a compare-and-set of
 * the state. An end that comes while a thread drives is left for that thread to carry out as soon as it
 * lets go: it is between two calls of enter, so that is soon. Who ends the attempt outside of such a one
 * leaves its gates to that thread too (afterExits): gates exit in reverse order.
 * Which thread that is: whoever comes first, the timer included. So every method is told whether its thread
 * is free to run user code. If it is not, the pipeline's own part happens all the same, there and then: the
 * state, permits, budgets, breakers, timers, the decision to repeat. Gates that run user code exit after
 * that, handed over, in reverse order among themselves.
 */
/**
 * One passage of an asynchronous call through a segment. Completion, timeout and cancellation race
 * for one state: the first ends the attempt and exits the gates; what arrives later is ignored.
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
  private @Nullable Pause pause;
  private int entered;
  private long nowNanos;
  private boolean armed;
  private long dueNanos; // of the first timeout to fire, if one is armed
  private volatile boolean began;
  private volatile long beganNanos;

  /**
   * Creates an attempt.
   *
   * @param clocked whether a policy of the pipeline wants the clock at the beginning
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
   * Begins what the gates guard. It calls {@link #end} when it has ended.
   *
   * @param nowNanos the clock, if any policy wants it
   */
  abstract void begin(long nowNanos, boolean free);

  /**
   * Before the exits: stops other attempts further in, if the attempt was stopped.
   *
   * @param then what to run when they have left their gates
   */
  abstract void stopInside(AsyncResult<T> ending, AfterExits then, boolean free);

  /** The attempt is over, and has left its gates. Called once, last. */
  abstract void ended(AsyncResult<T> ending, boolean free);

  /** Enters the gates and begins, unless it was ended before. */
  final void start(long now, boolean free) {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      nowNanos = now;
      drive(free);
    }
  }

  /** The guarded call begins; of several attempts in it the first counts. */
  final void guardedBegins(long now) {
    if (!began) {
      beganNanos = now;
      began = true;
    }
  }

  /** Runs the action once this attempt has left its gates. */
  final void afterExits(AfterExits action, boolean free) {
    if (!afterExits.compareAndSet(null, action)) {
      action.run(free);
    }
  }

  final boolean isEnded() {
    return state.get() instanceof AsyncResult;
  }

  /** Ends the attempt, if nothing else has. */
  final void end(AsyncResult<T> ending, boolean free) {
    while (true) {
      Object now = state.get();
      if (now instanceof AsyncResult) {
        return;
      }
      if (state.compareAndSet(now, ending)) {
        if (now == Phase.IDLE) {
          cleanUp(ending, free);
        }
        return;
      }
    }
  }

  private void drive(boolean free) {
    try {
      while (entered < permits.length) {
        if (!step(entered, free)) {
          return;
        }
      }
    } catch (Throwable stop) {
      AsyncResult<T> ending = AsyncResult.threw(stop);
      if (state.compareAndSet(Phase.DRIVING, ending)) {
        cleanUp(ending, free);
      } else {
        cleanUpAsAsked(free);
      }
      return;
    }
    long now = nowNanos;
    if (letGo(free)) {
      begin(now, free);
    }
  }

  /** Returns false if this thread has let go of the attempt. */
  private boolean step(int place, boolean free) {
    PipelineGate gate = segment.gate(place);
    if (gate == null) {
      arm(place, Objects.requireNonNull(segment.timeout(place)));
      entered = place + 1;
      return true;
    }
    if (!free && gate.userCodeAtEntry()) {
      if (letGo(free)) {
        handoff.follow(false, this::goOn);
      }
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
    pause = reservation;
    if (letGo(free)) {
      Runnable resume = () -> resume(place, permit);
      reservation.timer.set(
          handoff.after(-permit, resume, byTimer -> end(AsyncResult.threw(byTimer), free)));
    }
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
    pause = queued;
    if (letGo(free)) {
      Runnable giveUp = () -> queued.giveUp(late, false);
      queued.timer.set(handoff.after(nanos, giveUp, byTimer -> queued.giveUp(late, free)));
      if (!bulkhead.permits().join(queued)) {
        queued.giveUp(RefusalKind.BULKHEAD_QUEUE_FULL, free);
      }
    }
    return false;
  }

  private void arm(int place, Timeout timeout) {
    long nanos = clip(timeout.nanos());
    if (nanos <= 0) {
      throw timeout.refusal();
    }
    long own = timeout.nanos();
    ClippedTimeout clipped = nanos == own ? null : new ClippedTimeout(nanos, own);
    Runnable fire =
        () ->
            end(
                AsyncResult.timedOut(
                    place,
                    CallTimeoutException.of(
                        segment.pipeline, timeout.duration(), clipped, nanos, null)),
                false);
    long due = nowNanos + nanos;
    timers[place] = handoff.at(due, fire);
    dueNanos = armed && dueNanos - due < 0 ? dueNanos : due;
    armed = true;
  }

  /** Returns the time until a timeout of this attempt fires, or one around it. */
  final long leftNanos() {
    long left = armed ? dueNanos - segment.time.nanoTime() : Long.MAX_VALUE;
    return Math.min(left, leftOutsideNanos());
  }

  /** Returns the time until a timeout around the attempt fires. */
  long leftOutsideNanos() {
    return Long.MAX_VALUE;
  }

  private long clip(long nanos) {
    return deadline == null ? nanos : Math.min(nanos, deadline.remainingNanos());
  }

  /**
   * A wait is over: goes on, unless the attempt was ended meanwhile. Runs on the timer or on the
   * thread that released a permit.
   */
  private void resume(int place, long permit) {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      pause = null;
      permits[place] = permit;
      entered = place + 1;
      nowNanos = clocked ? segment.time.nanoTime() : 0;
      drive(false);
    }
  }

  /** Goes on on a free thread, unless the attempt was ended meanwhile. */
  private void goOn() {
    if (state.compareAndSet(Phase.IDLE, Phase.DRIVING)) {
      nowNanos = clocked ? segment.time.nanoTime() : 0;
      drive(true);
    }
  }

  private boolean letGo(boolean free) {
    if (state.compareAndSet(Phase.DRIVING, Phase.IDLE)) {
      return true;
    }
    cleanUpAsAsked(free);
    return false;
  }

  @SuppressWarnings("unchecked") // only end() stores endings, of this type
  private void cleanUpAsAsked(boolean free) {
    cleanUp((AsyncResult<T>) state.get(), free);
  }

  private void cleanUp(AsyncResult<T> ending, boolean free) {
    if (pause != null) {
      pause.cancel();
    }
    for (TimeSource.Timer timer : timers) {
      if (timer != null) {
        timer.cancel();
      }
    }
    if (ending.firedAt() >= 0 && ending.firedAt() != AsyncResult.NOT_FIRED) {
      Objects.requireNonNull(segment.timeout(ending.firedAt())).countEnded(ending.error());
    }
    if (ending.stopped()) {
      stopInside(ending, freeThen -> exitGates(ending, freeThen), free);
    } else {
      exitGates(ending, free);
    }
  }

  private void exitGates(AsyncResult<T> ending, boolean free) {
    AsyncResult.Reading clock = ending.clock();
    if (clock == null && segment.timeAtExit) {
      clock = new AsyncResult.Reading(segment.time.nanoTime());
    }
    AsyncResult<T> timed = ending.at(clock);
    AsyncSegment.Passage passage =
        new AsyncSegment.Passage(permits, entered, began, beganNanos, timed);
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

  /** What is left to do when the attempt has left its gates, on whatever thread that was. */
  @FunctionalInterface
  interface AfterExits {
    void run(boolean free);
  }

  /** What an attempt waits for. Cancelled at most once, by the thread that cleans up. */
  private interface Pause {
    void cancel();
  }

  private static final class Reservation implements Pause {
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
      timer.cancel(); // the permit is among the entered ones and exits with them
      gate.handBack(permit, enteredNanos);
    }
  }

  private final class QueuedCall extends Permits.Waiter implements Pause {
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

    /** The time is over, or the queue is full. */
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
