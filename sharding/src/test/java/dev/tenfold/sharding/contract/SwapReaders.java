// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import dev.tenfold.sharding.Route;
import dev.tenfold.sharding.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Reads routes on threads of its own while something else swaps topologies, and remembers the first
 * one that cannot be: of a version that goes back, or one that the topology of its version would
 * not have answered.
 */
final class SwapReaders implements AutoCloseable {
  private final List<Reader> readers = new ArrayList<>();
  private final AtomicBoolean ended = new AtomicBoolean();
  private final AtomicReference<@Nullable String> objection = new AtomicReference<>();

  /** Versions 1 to n, of which two that follow each other have no shard in common. */
  static Topology[] versions(int count) {
    Topology[] versions = new Topology[count];
    versions[0] = Topology.builder("orders").slots(64).shard("a1", 1).shard("b1", 2).build();
    for (int i = 1; i < count; i++) {
      versions[i] =
          versions[i - 1]
              .evolve()
              .remove("a" + i)
              .remove("b" + i)
              .add("a" + (i + 1), 1)
              .add("b" + (i + 1), 2)
              .build();
    }
    return versions;
  }

  /** Starts reading. The topologies by version must be known before they can be read. */
  SwapReaders(int threads, LongFunction<Route> explain, LongFunction<Topology> byVersion) {
    for (int i = 0; i < threads; i++) {
      Reader reader = new Reader(i, explain, byVersion);
      readers.add(reader);
      reader.start();
    }
  }

  /** Waits until each reader has begun and ended another look, or one has objected. */
  void look() {
    long[] before = readers.stream().mapToLong(reader -> reader.looks.get()).toArray();
    for (int i = 0; i < before.length; i++) {
      while (readers.get(i).looks.get() < before[i] + 2 && objection.get() == null) {
        Thread.onSpinWait();
      }
    }
  }

  /** Ends the readers and returns what they object to, or null. */
  @Nullable String objection() throws InterruptedException {
    ended.set(true);
    for (Reader reader : readers) {
      reader.join();
    }
    return objection.get();
  }

  @Override
  public void close() {
    ended.set(true);
  }

  private final class Reader extends Thread {
    final AtomicLong looks = new AtomicLong();
    private final LongFunction<Route> explain;
    private final LongFunction<Topology> byVersion;
    private long newest;

    Reader(int number, LongFunction<Route> explain, LongFunction<Topology> byVersion) {
      super("reader-" + number);
      setDaemon(true);
      this.explain = explain;
      this.byVersion = byVersion;
    }

    @Override
    public void run() {
      while (!ended.get() && objection.get() == null) {
        try {
          check(explain.apply(looks.get()));
        } catch (RuntimeException | Error failure) {
          objection.compareAndSet(null, failure.toString());
        }
        looks.incrementAndGet();
      }
    }

    private void check(Route route) {
      if (route.version() < newest) {
        objection.compareAndSet(null, route + " after version " + newest);
      }
      newest = route.version();
      Topology topology = byVersion.apply(route.version());
      boolean own =
          route.slot() == topology.slotOf(route.hash())
              && route.shard().equals(topology.ownerOf(route.slot()));
      if (!own) {
        objection.compareAndSet(null, route + " is not of " + topology);
      }
    }
  }
}
