// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * When each version of each user became certain, as the traffic saw it. Every booking raises its
 * user's version by one, so a read that shows version v is stale since the moment at which a higher
 * version was acknowledged. All times are readings of one clock, the generator's.
 */
final class VersionLedger {
  private final Map<Long, History> users = new ConcurrentHashMap<>();

  /** Notes that a booking was answered. */
  void acknowledged(long user, long version, long atNanos) {
    users.computeIfAbsent(user, id -> new History()).acknowledged(version, atNanos);
  }

  /**
   * Returns how old an observation was.
   *
   * @param user whose
   * @param version the version that the read showed
   * @param askedNanos when the read was sent
   * @return nanoseconds since a higher version was acknowledged, 0 if none was before the read
   */
  long stalenessNanos(long user, long version, long askedNanos) {
    History history = users.get(user);
    return history == null ? 0 : history.stalenessNanos(version, askedNanos);
  }

  /** Returns the highest version acknowledged so far, 0 if none. */
  long certainVersion(long user) {
    History history = users.get(user);
    return history == null ? 0 : history.certainVersion();
  }

  /** The rising steps of one user: a version acknowledged after a higher one adds nothing. */
  private static final class History {
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Step> steps = new ArrayList<>();

    void acknowledged(long version, long atNanos) {
      lock.lock();
      try {
        if (steps.isEmpty() || version > steps.get(steps.size() - 1).version) {
          steps.add(new Step(version, atNanos));
        }
      } finally {
        lock.unlock();
      }
    }

    long stalenessNanos(long version, long askedNanos) {
      lock.lock();
      try {
        // From the newest backwards: reads are rarely more than a step or two behind.
        long outdatedFor = 0;
        for (int i = steps.size() - 1; i >= 0 && steps.get(i).version > version; i--) {
          outdatedFor = Math.max(0, askedNanos - steps.get(i).atNanos);
        }
        return outdatedFor;
      } finally {
        lock.unlock();
      }
    }

    long certainVersion() {
      lock.lock();
      try {
        return steps.isEmpty() ? 0 : steps.get(steps.size() - 1).version;
      } finally {
        lock.unlock();
      }
    }
  }

  private record Step(long version, long atNanos) {}
}
