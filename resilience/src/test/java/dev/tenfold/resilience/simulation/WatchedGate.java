// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Verdict;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gate that admits, delays, refuses and throws by chance, acts on the world while it is asked,
 * and objects to everything that the contract of {@link Gate} does not allow.
 */
final class WatchedGate implements Gate {
  private final World world;
  private final Setup setup;
  private final String name;
  private final int needs;
  private final boolean outside;
  private final @Nullable Watch watch;
  private final Map<Long, Admission> open = new HashMap<>();
  private @Nullable Verdict judged;

  /** One answer that is owed an exit. */
  static final class Admission {
    final WatchedGate gate;
    final Call call;
    final long permit;
    final long enteredNanos;
    final long readyNanos;
    @Nullable Long beganNanos;
    @Nullable Object probe;

    Admission(WatchedGate gate, Call call, long permit, long enteredNanos, long waitNanos) {
      this.gate = gate;
      this.call = call;
      this.permit = permit;
      this.enteredNanos = enteredNanos;
      this.readyNanos = enteredNanos + waitNanos;
    }

    /** Outside the retry the guarded call begins with the first attempt's gates: not seen here. */
    void began(long nowNanos) {
      if (!gate.outside) {
        beganNanos = nowNanos;
      }
    }
  }

  /** What stands in front of this gate and is watched through it. */
  interface Watch {
    /** Returns something to be handed to {@link #left}, or null. */
    @Nullable Object passed();

    void left(@Nullable Object passage, Verdict verdict);
  }

  WatchedGate(World world, Setup setup, String name, boolean outside, @Nullable Watch watch) {
    this.world = world;
    this.setup = setup;
    this.name = name;
    this.needs = world.dice.nextInt(8);
    this.outside = outside;
    this.watch = watch;
  }

  /** Whether the pipeline takes it for one of its own. */
  boolean watches() {
    return watch != null;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int needs() {
    return needs;
  }

  @Override
  public TimeSource timeSource() {
    return world.time;
  }

  @Override
  public long enter(long nowNanos) {
    Call call = world.current();
    if (call == null) {
      world.fail(name + " is entered without the context of the caller");
      return REFUSED;
    }
    if ((needs & TIME_AT_ENTER) != 0 && nowNanos != world.time.nanoTime()) {
      world.fail(name + " is entered with the time " + nowNanos);
    }
    world.isReady(call);
    if (call.enterFailure != null) {
      world.fail(name + " is entered although a gate has thrown, in " + call);
    }
    if (call.setup != setup) {
      world.fail(name + " is entered in the context of " + call);
    }
    if (watch != null) {
      return admitted(call, world.nextId(), watch.passed());
    }
    world.userCode(name + ".enter");
    int choice = world.dice.nextInt(32);
    if (choice == 0) {
      world.actInside();
    } else if (choice == 1) {
      return REFUSED;
    } else if (choice == 2) {
      call.enterFailure = new IllegalStateException(name);
      throw (IllegalStateException) call.enterFailure;
    } else if (choice < 6) {
      long wait = world.dice.nextInt(200) * 1_000_000L;
      return admitted(call, -wait - world.nextId(), null);
    }
    return admitted(call, world.nextId(), null);
  }

  private long admitted(Call call, long answer, @Nullable Object probe) {
    long now = world.time.nanoTime();
    Admission admission = new Admission(this, call, answer, now, Math.max(0, -answer));
    admission.probe = probe;
    open.put(answer, admission);
    call.open.push(admission);
    return answer;
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    Admission admission = open.remove(permit);
    if (admission == null) {
      world.fail(name + " hears a second exit, or one of a permit it never gave: " + permit);
      return;
    }
    Call call = admission.call;
    if (call.lastEntered(admission, world.mayHandOver()) != admission) {
      world.fail(name + " exits before a gate further in, in " + call);
    }
    call.open.remove(admission);
    if (permit < 0) {
      long now = world.time.nanoTime();
      call.waitedInVain = admission.readyNanos - now > 0 && now - admission.enteredNanos > 0;
    }
    checkTimes(admission, beganNanos, nowNanos);
    checkVerdict(admission, verdict);
    judged = null;
    if (watch != null) {
      watch.left(admission.probe, verdict);
      return;
    }
    world.userCode(name + ".exit");
    int choice = world.dice.nextInt(40);
    if (choice == 0) {
      world.actInside();
    } else if (choice == 1) {
      setup.faults++;
      throw new IllegalStateException("exit of " + name);
    } else if (choice == 2) {
      setup.faults++;
      throw new StackOverflowError("exit of " + name);
    }
  }

  private void checkTimes(Admission admission, long beganNanos, long nowNanos) {
    if ((needs & (TIME_AT_EXIT | DURATION)) != 0 && nowNanos != world.time.nanoTime()) {
      world.fail(name + " exits with the time " + nowNanos + " in " + admission.call);
    }
    if ((needs & DURATION) == 0) {
      return;
    }
    if (beganNanos - nowNanos > 0) {
      world.fail(name + " exits before it began in " + admission.call);
    }
    long expected = admission.beganNanos == null ? nowNanos : admission.beganNanos;
    if (!outside && beganNanos != expected) {
      world.fail(name + " exits with " + beganNanos + ", but the call began at " + expected);
    }
  }

  private void checkVerdict(Admission admission, Verdict verdict) {
    Call call = admission.call;
    if (judged != null) {
      if (verdict != judged) {
        world.fail(name + " judged " + judged + " and hears " + verdict + " in " + call);
      }
      return;
    }
    boolean began = admission.beganNanos != null || outside;
    boolean fits =
        switch (verdict) {
          case SUCCESS -> began && call.given instanceof Call.Value;
          case FAILURE ->
              began
                  && (call.mayHaveTimedOut(world.time.nanoTime())
                      || call.failed()
                      || outside && setup.refuses);
          case IGNORED -> false;
          case ABANDONED ->
              !began || outside || call.cancelled || call.abandoned() || call.deadlineEnded();
        };
    if (!fits) {
      world.fail(name + " hears " + verdict + " of " + call.given + " in " + call);
    }
  }

  @Override
  public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    int choice = watch != null ? 3 : world.dice.nextInt(40);
    if (choice == 0) {
      judged = Verdict.IGNORED;
    } else if (choice == 1) {
      judged = Verdict.FAILURE;
    } else if (choice == 2) {
      setup.faults++;
      throw new IllegalStateException(name + " cannot judge");
    }
    return judged;
  }

  @Override
  public long retryAfterNanos(long nowNanos) {
    if (nowNanos != world.time.nanoTime()) {
      world.fail(name + " is asked when, with the time " + nowNanos);
    }
    return world.dice.nextInt(4) == 0 ? -1 : world.dice.nextInt(100_000_000);
  }

  int stillOpen() {
    return open.size();
  }
}
