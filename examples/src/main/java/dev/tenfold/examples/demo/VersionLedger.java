// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The time at which each version of each user was acknowledged to a client. Every booking
 * increments the version of its user, so a read that shows version v is stale since the
 * acknowledgement of a higher version. All times are readings of the clock of the load generator.
 */
final class VersionLedger {
  private final Map<Long, History> users = new ConcurrentHashMap<>();

  /** Records that a booking was answered. */
  void acknowledged(long user, long version, long atNanos) {
    users.computeIfAbsent(user, id -> new History()).acknowledged(version, atNanos);
  }

  /**
   * Returns the staleness of a read.
   *
   * @param user the user
   * @param version the version in the answer
   * @param askedNanos the time at which the read was sent
   * @return the nanoseconds since a higher version was acknowledged; 0 if none was
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

  /** The versions of one user in ascending order; a late lower version is not recorded. */
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
        // From the newest backwards, since reads are rarely more than two versions behind.
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
