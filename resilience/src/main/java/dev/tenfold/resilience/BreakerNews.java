// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells the listener of a breaker what has changed: each change once, one at a time, in the order
 * of the changes. Each episode is linked to the next one after the change. One thread at a time
 * follows the links. If another thread changes the state meanwhile, the first thread tells of that
 * change too, and the other thread does not wait.
 */
final class BreakerNews {
  private final TimeSource time;
  private final UserCodeFaults faults;
  private final BreakerEpisode.Listener listener;
  private final AtomicInteger untold = new AtomicInteger(); // at least 1 while a thread tells
  private BreakerEpisode told; // accessed by the thread that tells

  BreakerNews(
      TimeSource time,
      UserCodeFaults faults,
      BreakerEpisode.Listener listener,
      BreakerEpisode first) {
    this.time = time;
    this.faults = faults;
    this.listener = listener;
    this.told = first;
  }

  /** Tells of a change that has been made, on this thread or on a thread of the hand-over. */
  void changed(BreakerEpisode from, BreakerEpisode to) {
    from.next = to;
    Once task = new Once(this::tellAll);
    if (untold.getAndIncrement() > 0) {
      return;
    }
    try {
      UserCodeThread.run(time, task);
    } catch (Throwable refused) { // by a broken time source, or out of memory
      faults.report("handOver", refused);
      task.run();
    }
  }

  private void tellAll() {
    int seen = 1;
    while (seen > 0) {
      for (BreakerEpisode next = told.next; next != null; next = told.next) {
        BreakerEpisode last = told;
        tell(last, next);
        told = next;
        last.next = null; // an old episode keeps no later one in memory
      }
      seen = untold.addAndGet(-seen);
    }
  }

  private void tell(BreakerEpisode from, BreakerEpisode to) {
    try {
      if (from.state != to.state) {
        listener.changed(from.state, to.state);
      } else if (to.state == BreakerState.METRICS_ONLY && !to.counting) {
        listener.wouldOpen();
      }
    } catch (Throwable fault) {
      faults.report("listener", fault);
    }
  }
}
