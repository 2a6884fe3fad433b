// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.core.TimeSource;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * 64 threads that read in a closed loop from replicas of limited capacity. Each replica serves four
 * reads at a time and lets the others wait, so that all threads together are more than the replicas
 * can serve. A good replica takes a millisecond for a read, a slow one ten.
 *
 * <p>Two good replicas alone serve 8,000 reads per second. The slow one adds 400 to that, which is
 * 1/21 of the sum. A thread that waits for the slow replica is missed nowhere as long as the good
 * ones have work, so that a choice by load loses nothing.
 */
final class SlowReplica {
  private static final int THREADS = 64;
  private static final int PLACES = 4;
  private static final long GOOD_NANOS = 1_000_000;
  private static final long SLOW_NANOS = 10 * GOOD_NANOS;

  private final TimeSource time;
  private final List<Replica> good;
  private final @Nullable Replica slow;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean stopped;

  private SlowReplica(TimeSource time, boolean withSlow) {
    this.time = time;
    this.good = List.of(new Replica(time, GOOD_NANOS), new Replica(time, GOOD_NANOS));
    this.slow = withSlow ? new Replica(time, SLOW_NANOS) : null;
  }

  /** Returns the time per read of all threads together, in microseconds. */
  static double microsPerRead(TimeSource time, boolean withSlow, Duration measured) {
    Served served = new SlowReplica(time, withSlow).run(measured);
    return served.nanos() / 1e3 / (served.good() + served.slow());
  }

  /** Returns the share of the reads that the slow one of three replicas serves, in percent. */
  static double slowPercent(TimeSource time, Duration measured) {
    Served served = new SlowReplica(time, true).run(measured);
    return 100.0 * served.slow() / (served.good() + served.slow());
  }

  /** The reads that were served in a time. */
  private record Served(long nanos, long good, long slow) {}

  private Served run(Duration measured) {
    try (Resources resources = new Resources()) {
      StubServers servers = servers();
      var orders = Tenfold.readWrite(servers, THREADS, resources);
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      List<Thread> readers = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        Thread reader = new Thread(() -> readUntilStopped(access), "reader" + i);
        reader.setDaemon(true);
        reader.start();
        readers.add(reader);
      }
      time.sleep(Math.max(measured.toNanos() / 4, 10 * SLOW_NANOS)); // until the pools are full
      Served before = served();
      time.sleep(Math.max(measured.toNanos(), 10 * SLOW_NANOS));
      Served after = served();
      stopped = true;
      for (Thread reader : readers) {
        reader.join();
      }
      requireNoFailure();
      return new Served(
          after.nanos - before.nanos, after.good - before.good, after.slow - before.slow);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the readers ran", e);
    }
  }

  private StubServers servers() {
    List<StubServer> replicas = new ArrayList<>();
    Stream.concat(good.stream(), Stream.ofNullable(slow))
        .forEach(
            replica -> replicas.add(new StubServer("replica" + replicas.size(), true, replica)));
    return new StubServers(replicas);
  }

  private Served served() {
    long reads = good.stream().mapToLong(replica -> replica.served.sum()).sum();
    return new Served(time.nanoTime(), reads, slow == null ? 0 : slow.served.sum());
  }

  private void readUntilStopped(Access access) {
    try {
      for (long key = 0; !stopped; key++) {
        access.read(key);
      }
    } catch (SQLException | RuntimeException e) {
      failure.compareAndSet(null, e);
    }
  }

  private void requireNoFailure() {
    Throwable thrown = failure.get();
    if (thrown != null) {
      throw new IllegalStateException("a reader failed", thrown);
    }
  }

  /** A replica that serves a few reads at a time. */
  private static final class Replica implements StubServer.Service {
    final LongAdder served = new LongAdder();
    private final TimeSource time;
    private final long nanos;
    private final Semaphore places = new Semaphore(PLACES, true);

    Replica(TimeSource time, long nanos) {
      this.time = time;
      this.nanos = nanos;
    }

    @Override
    public void serve() {
      places.acquireUninterruptibly();
      try {
        time.sleep(nanos);
        served.increment();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted during a read", e);
      } finally {
        places.release();
      }
    }
  }
}
