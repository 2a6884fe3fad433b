// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.cache.contract.RemoteStoreContract;
import dev.tenfold.core.ManualTimeSource;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A sound store in memory, of which each mutant gets one thing wrong. */
class SoundStore implements RemoteStore {
  /** What one value is. */
  record Stored(byte[] value, long untilNanos) {}

  final ManualTimeSource time = new ManualTimeSource();
  Map<Object, Stored> values = new ConcurrentHashMap<>();
  volatile boolean answering = true;

  Object name(byte[] key) {
    return ByteBuffer.wrap(key.clone());
  }

  Stored stored(RemoteEntry entry) {
    return new Stored(entry.value().clone(), time.nanoTime() + entry.ttl().toNanos());
  }

  void answer() {
    if (!answering) {
      throw new IllegalStateException("the store does not answer");
    }
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    answer();
    Stored stored = values.get(name(key));
    boolean there = stored != null && stored.untilNanos() - time.nanoTime() > 0;
    return there ? stored.value().clone() : null;
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    List<byte[]> found = new ArrayList<>();
    keys.forEach(key -> found.add(get(key)));
    return found;
  }

  @Override
  public void putAll(List<RemoteEntry> entries) {
    answer();
    entries.forEach(entry -> values.put(name(entry.key()), stored(entry)));
  }

  @Override
  public void delete(byte[] key) {
    answer();
    values.remove(name(key));
  }

  /** The contract over a store of this kind. */
  abstract static class Contract extends RemoteStoreContract {
    private final SoundStore store;
    private final RemoteStore other;

    Contract(SoundStore store) {
      this(store, store);
    }

    Contract(SoundStore store, RemoteStore other) {
      this.store = store;
      this.other = other;
    }

    @Override
    protected RemoteStore store() {
      return store;
    }

    @Override
    protected RemoteStore elsewhere() {
      return other;
    }

    @Override
    protected Duration remaining(byte[] key) {
      Stored stored = store.values.get(store.name(key));
      return Duration.ofNanos(stored.untilNanos() - store.time.nanoTime());
    }

    @Override
    protected void letPass(Duration duration) {
      store.time.advance(duration);
    }

    @Override
    protected void stopAnswering() {
      store.answering = false;
    }

    @Override
    protected void goOnAnswering() {
      store.answering = true;
    }
  }
}
