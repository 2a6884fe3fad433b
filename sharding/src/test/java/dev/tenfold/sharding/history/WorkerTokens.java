// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The tokens that a worker process knows: its own ones, and those that others sent. */
final class WorkerTokens {
  private static final int MAX_KNOWN = 20;
  private static final long NUMBERS_PER_PROCESS = 1_000_000_000_000L;

  private final AtomicLong numbers;
  private final ReentrantLock lock = new ReentrantLock();
  private final List<Known> known = new ArrayList<>();

  /** A token and its number in the history. */
  record Known(long number, String text) {}

  WorkerTokens(int process) {
    this.numbers = new AtomicLong((process + 1) * NUMBERS_PER_PROCESS);
  }

  /** Returns a number for a token or a scope, which no other process uses. */
  long nextNumber() {
    return numbers.incrementAndGet();
  }

  /** Adds a token in the place of an older one. */
  void add(Known token) {
    lock.lock();
    try {
      if (known.size() == MAX_KNOWN) {
        known.remove(0);
      }
      known.add(token);
    } finally {
      lock.unlock();
    }
  }

  @Nullable Known any(RandomGenerator random) {
    lock.lock();
    try {
      return known.isEmpty() ? null : known.get(random.nextInt(known.size()));
    } finally {
      lock.unlock();
    }
  }
}
