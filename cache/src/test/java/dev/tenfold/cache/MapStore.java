// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.TimeSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A store in memory, with hooks that make it slow or fail. */
final class MapStore implements RemoteStore {
  private record Stored(byte[] value, long untilNanos) {}

  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger writes = new AtomicInteger();
  volatile Runnable beforeAny = () -> {};
  volatile Runnable afterRead = () -> {};
  volatile Runnable beforeWrite = () -> {};
  volatile Runnable beforeDelete = () -> {};

  private final Map<ByteBuffer, Stored> values = new ConcurrentHashMap<>();
  private final TimeSource time;

  MapStore(TimeSource time) {
    this.time = time;
  }

  int size() {
    return values.size();
  }

  void fail() {
    beforeAny =
        () -> {
          throw new IllegalStateException("store is down");
        };
  }

  void recover() {
    beforeAny = () -> {};
  }

  Duration remaining(byte[] key) {
    return Duration.ofNanos(values.get(ByteBuffer.wrap(key)).untilNanos() - time.nanoTime());
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    beforeAny.run();
    reads.incrementAndGet();
    byte[] value = read(key);
    afterRead.run();
    return value;
  }

  private byte @Nullable [] read(byte[] key) {
    Stored stored = values.get(ByteBuffer.wrap(key));
    return stored == null || stored.untilNanos() - time.nanoTime() <= 0
        ? null
        : stored.value().clone();
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    beforeAny.run();
    reads.incrementAndGet();
    List<byte[]> found = new ArrayList<>();
    keys.forEach(key -> found.add(read(key)));
    afterRead.run();
    return found;
  }

  @Override
  public void putAll(List<RemoteEntry> entries) {
    beforeAny.run();
    beforeWrite.run();
    writes.incrementAndGet();
    for (RemoteEntry entry : entries) {
      values.put(
          ByteBuffer.wrap(entry.key().clone()),
          new Stored(entry.value().clone(), time.nanoTime() + entry.ttl().toNanos()));
    }
  }

  @Override
  public void delete(byte[] key) {
    beforeAny.run();
    beforeDelete.run();
    values.remove(ByteBuffer.wrap(key));
  }
}
