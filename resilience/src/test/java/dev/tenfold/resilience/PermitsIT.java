// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jetbrains.lincheck.LincheckAssertionError;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Validate;
import org.junit.jupiter.api.Test;

/**
 * Lincheck plays the interleavings of calls that ask, release and give up, and after each looks
 * whether every permit is accounted for: none lost, none given twice, nobody left waiting beside a
 * free one.
 */
class PermitsIT {
  private static ModelCheckingOptions options() {
    return new ModelCheckingOptions()
        .threads(2)
        .actorsPerThread(3)
        .actorsBefore(2)
        .actorsAfter(0)
        .iterations(5)
        .invocationsPerIteration(500)
        .sequentialSpecification(Anything.class);
  }

  @Test
  void permits_anyInterleaving_areAllAccountedFor() {
    assertThatCode(() -> options().check(Sound.class)).doesNotThrowAnyException();
  }

  @Test
  void permits_releasedOnlyIfTaken_areAllAccountedFor() {
    assertThatCode(() -> options().check(Careful.class)).doesNotThrowAnyException();
  }

  @Test
  void permits_joiningCallDoesNotLookAgain_isFoundOut() {
    assertThatThrownBy(() -> options().minimizeFailedScenario(false).check(Forgetful.class))
        .isInstanceOf(LincheckAssertionError.class);
  }

  /** What is asked of every line of waiters. The operations answer nothing: the end counts. */
  abstract static class Subject {
    static final int LIMIT = 1;

    private final AtomicInteger holders = new AtomicInteger();
    private final AtomicInteger waiters = new AtomicInteger();
    private final ConcurrentLinkedQueue<Object> line = new ConcurrentLinkedQueue<>();
    private volatile boolean exceeded;

    abstract boolean tryTake();

    /** Joins a call that runs this when it is granted a permit; answers what to abandon it by. */
    abstract Object join(Runnable granted);

    abstract boolean abandon(Object waiter);

    abstract void giveBack();

    abstract int taken();

    abstract int waiting();

    private void holds() {
      if (holders.incrementAndGet() > LIMIT) {
        exceeded = true;
      }
    }

    /** Takes a permit or queues for one. */
    @Operation
    public void ask() {
      if (tryTake()) {
        holds();
        return;
      }
      waiters.incrementAndGet();
      line.add(
          join(() -> {
            waiters.decrementAndGet();
            holds();
          }));
    }

    /** Gives one permit back. */
    @Operation
    public void release() {
      for (int held = holders.get(); held > 0; held = holders.get()) {
        if (holders.compareAndSet(held, held - 1)) {
          giveBack();
          return;
        }
      }
    }

    /** Somebody in line has waited long enough. */
    @Operation
    public void giveUp() {
      Object waiter = line.poll();
      if (waiter != null && abandon(waiter)) {
        waiters.decrementAndGet();
      }
    }

    /** When nothing is under way any more. Lincheck wants the validation in the class itself. */
    final void everythingIsAccountedFor() {
      boolean lost = taken() != holders.get() || waiting() != waiters.get();
      if (exceeded || lost || (waiting() > 0 && taken() < LIMIT)) {
        throw new AssertionError(
            taken() + " taken, " + holders + " held, " + waiting() + " waiting of " + waiters);
      }
    }
  }

  /** The permits of the bulkhead. */
  public static class Sound extends Subject {
    final Permits permits = new Permits(LIMIT, 100);

    /** Made anew for every interleaving. */
    public Sound() {}

    /** Called when nothing is under way any more. */
    @Validate
    public void end() {
      everythingIsAccountedFor();
    }

    @Override
    boolean tryTake() {
      return permits.tryTake();
    }

    @Override
    Object join(Runnable whenGranted) {
      var waiter =
          new Permits.Waiter() {
            @Override
            void granted() {
              whenGranted.run();
            }
          };
      permits.join(waiter);
      return waiter;
    }

    @Override
    boolean abandon(Object waiter) {
      boolean gaveUp = ((Permits.Waiter) waiter).abandon();
      if (gaveUp) {
        permits.withdraw((Permits.Waiter) waiter);
      }
      return gaveUp;
    }

    @Override
    void giveBack() {
      permits.release();
    }

    @Override
    int taken() {
      return permits.taken();
    }

    @Override
    int waiting() {
      return permits.waiting();
    }
  }

  /** The permits of the bulkhead, released as its {@code release} does. */
  public static final class Careful extends Sound {
    /** Made anew for every interleaving. */
    public Careful() {}

    @Override
    void giveBack() {
      if (!permits.tryRelease()) {
        throw new AssertionError("a permit is held, and none was found");
      }
    }
  }

  /** A line whose calls join and do not look whether a permit came free before. */
  public static final class Forgetful extends Subject {
    private final AtomicInteger taken = new AtomicInteger();
    private final ConcurrentLinkedQueue<Runnable> queue = new ConcurrentLinkedQueue<>();

    /** Made anew for every interleaving. */
    public Forgetful() {}

    /** Called when nothing is under way any more. */
    @Validate
    public void end() {
      everythingIsAccountedFor();
    }

    @Override
    boolean tryTake() {
      return queue.isEmpty() && taken.compareAndSet(0, 1);
    }

    @Override
    Object join(Runnable granted) {
      queue.add(granted);
      return granted;
    }

    @Override
    boolean abandon(Object waiter) {
      return queue.remove(waiter);
    }

    @Override
    void giveBack() {
      Runnable next = queue.poll();
      if (next == null) {
        taken.set(0);
      } else {
        next.run();
      }
    }

    @Override
    int taken() {
      return taken.get();
    }

    @Override
    int waiting() {
      return queue.size();
    }
  }

  /** Every order of operations that answer nothing explains them. */
  public static final class Anything {
    /** Made anew for every explanation. */
    public Anything() {}

    /** Anything. */
    public void ask() {}

    /** Anything. */
    public void release() {}

    /** Anything. */
    public void giveUp() {}
  }
}
