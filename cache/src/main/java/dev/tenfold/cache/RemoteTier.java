// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Outcome;
import dev.tenfold.resilience.Pipeline;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The remote store behind a breaker, in terms of keys and values. A failure of the store is counted
 * and reads as a miss; no method throws it.
 */
final class RemoteTier<K, V> {
  static final int MAX_KEY_BYTES = 512;
  private static final Logger LOG = LoggerFactory.getLogger(RemoteTier.class);

  private final String cache;
  private final byte[] prefix;
  private final RemoteStore store;
  private final KeyCodec<K> keyCodec;
  private final ValueFormat<V> format;
  private final int maxValueBytes;
  private final Ttl ttl;
  private final Pipeline guard;
  private final CacheCounters counters;

  RemoteTier(
      String cache,
      RemoteStore store,
      KeyCodec<K> keyCodec,
      ValueFormat<V> format,
      int maxValueBytes,
      Ttl ttl,
      Pipeline guard,
      CacheCounters counters) {
    this.cache = cache;
    this.prefix = (cache + ":").getBytes(StandardCharsets.US_ASCII);
    this.store = store;
    this.keyCodec = keyCodec;
    this.format = format;
    this.maxValueBytes = maxValueBytes;
    this.ttl = ttl;
    this.guard = guard;
    this.counters = counters;
  }

  /** Returns the name of a key in the store, or null if the name is too long. */
  private byte @Nullable [] nameOf(K key) {
    byte[] encoded = keyCodec.encode(key);
    if (prefix.length + encoded.length > MAX_KEY_BYTES) {
      counters.remoteOversized.increment();
      return null;
    }
    return ByteBuffer.allocate(prefix.length + encoded.length).put(prefix).put(encoded).array();
  }

  RemoteLookup<V> get(K key) {
    byte[] name = nameOf(key);
    if (name == null) {
      return RemoteLookup.bypass();
    }
    Outcome<byte @Nullable []> outcome = guarded(() -> store.get(name));
    return outcome.fold(
        this::decode, error -> RemoteLookup.bypass(), refusal -> RemoteLookup.bypass());
  }

  /** Reads several keys at once. The map has an entry for every key. */
  Map<K, RemoteLookup<V>> getAll(Set<K> keys) {
    List<K> asked = new ArrayList<>(keys.size());
    List<byte[]> names = new ArrayList<>(keys.size());
    Map<K, RemoteLookup<V>> found = new HashMap<>();
    for (K key : keys) {
      byte[] name = nameOf(key);
      if (name == null) {
        found.put(key, RemoteLookup.bypass());
      } else {
        asked.add(key);
        names.add(name);
      }
    }
    if (names.isEmpty()) {
      return found;
    }
    Outcome<List<byte @Nullable []>> outcome = guarded(() -> checked(names, store.getAll(names)));
    if (outcome instanceof Outcome.Success<List<byte @Nullable []>> answered) {
      for (int i = 0; i < asked.size(); i++) {
        found.put(asked.get(i), decode(answered.value().get(i)));
      }
    } else {
      asked.forEach(key -> found.put(key, RemoteLookup.bypass()));
    }
    return found;
  }

  private static List<byte @Nullable []> checked(
      List<byte[]> names, List<byte @Nullable []> values) {
    if (values.size() != names.size()) {
      throw new IllegalStateException(
          "the store returned " + values.size() + " values for " + names.size() + " keys");
    }
    return values;
  }

  private RemoteLookup<V> decode(byte @Nullable [] bytes) {
    if (bytes == null) {
      return RemoteLookup.miss();
    }
    try {
      return format.decode(bytes);
    } catch (ValueFormat.UnusableException unusable) {
      counters.remoteUnusable.increment();
      LOG.debug("cache \"{}\": a remote value is read as absent: {}", cache, unusable.getMessage());
      return RemoteLookup.miss();
    }
  }

  void putAll(Map<K, V> values) {
    List<RemoteEntry> entries = new ArrayList<>(values.size());
    values.forEach((key, value) -> {
      byte[] name = nameOf(key);
      byte[] bytes = name == null ? null : encode(value);
      if (name != null && bytes != null) {
        entries.add(new RemoteEntry(name, bytes, ttl.next()));
      }
    });
    if (!entries.isEmpty()) {
      var unused =
          guarded(() -> {
            store.putAll(entries);
            return true;
          });
    }
  }

  private byte @Nullable [] encode(V value) {
    byte[] bytes;
    try {
      bytes = format.encode(value);
    } catch (RuntimeException refused) {
      counters.remoteErrors.increment();
      LOG.debug("cache \"{}\": a value cannot be encoded", cache, refused);
      return null;
    }
    if (bytes.length > maxValueBytes) {
      counters.remoteOversized.increment();
      return null;
    }
    return bytes;
  }

  /** Returns whether the store has acknowledged the removal. */
  boolean delete(K key) {
    byte[] name = nameOf(key);
    if (name == null) {
      return true;
    }
    Outcome<Boolean> outcome =
        guarded(() -> {
          store.delete(name);
          return true;
        });
    return outcome.fold(acknowledged -> acknowledged, error -> false, refusal -> false);
  }

  private <T extends @Nullable Object> Outcome<T> guarded(Supplier<T> call) {
    Outcome<T> outcome = guard.tryCall(call::get);
    if (outcome instanceof Outcome.Failure<T> failure) {
      counters.remoteErrors.increment();
      LOG.debug("cache \"{}\": the remote store failed", cache, failure.error());
    } else if (outcome instanceof Outcome.Rejected<T>) {
      counters.remoteRefusals.increment();
    }
    return outcome;
  }
}
