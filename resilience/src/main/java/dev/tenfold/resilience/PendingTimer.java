// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import org.jspecify.annotations.Nullable;

/** A timer that may be cancelled before it is set: the later of the two calls cancels it. */
final class PendingTimer {
  private volatile TimeSource.@Nullable Timer timer;
  private volatile boolean cancelled;

  void set(TimeSource.Timer pending) {
    timer = pending;
    if (cancelled) {
      pending.cancel();
    }
  }

  void cancel() {
    cancelled = true;
    TimeSource.Timer pending = timer;
    if (pending != null) {
      pending.cancel();
    }
  }
}
