// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.redis;

import dev.tenfold.cache.RemoteEntry;
import dev.tenfold.cache.RemoteStore;
import dev.tenfold.core.redis.RedisLink;
import io.lettuce.core.KeyValue;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.cluster.RedisClusterClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Redis as the remote store of caches: one string with an expiry (PX) per value. Works with a
 * single server, a Sentinel group or a cluster.
 *
 * <pre>{@code
 * RedisClient client = RedisLink.prepare(RedisClient.create("redis://127.0.0.1:6379"));
 * RedisStore store = RedisStore.of(client);
 * var users = TieredCache.<Long, User>builder("users").remote(store).ttl(ttl).codec(codec)
 *     .loader(dao::find).build();
 * }</pre>
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>A call ends within the time limit (250 ms unless the store was made over a link with
 *       another one), or sooner if a Deadline is open. While disconnected it fails within
 *       microseconds.
 *   <li>Reads and writes go to masters.
 *   <li>If a write runs into the time limit, it may still happen; on one connection it happens
 *       before a removal that is sent later.
 * </ul>
 *
 * <p><b>No guarantees.</b> Redis may drop a value before its expiry (eviction), and may lose an
 * acknowledged write or removal in a failover.
 *
 * <p>Thread-safe. Every call blocks for one round trip, whatever the number of keys: on a cluster a
 * read of several keys is one MGET per slot, and all commands are sent at once. The store belongs
 * to its creator.
 */
public final class RedisStore implements RemoteStore, AutoCloseable {
  private static final Duration TIME_LIMIT = Duration.ofMillis(250);

  private final RedisLink link;
  private final boolean owned;

  private RedisStore(RedisLink link, boolean owned) {
    this.link = Objects.requireNonNull(link, "link");
    this.owned = owned;
  }

  /**
   * Opens a store with a connection of its own and a time limit of 250 ms per call.
   *
   * @param client a client prepared by {@link RedisLink#prepare(RedisClient)}; the caller closes it
   * @return the store, connected
   * @throws IllegalArgumentException if the client is not prepared
   * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
   */
  public static RedisStore of(RedisClient client) {
    return new RedisStore(RedisLink.of(client, TIME_LIMIT), true);
  }

  /**
   * Opens a store on a cluster with a connection of its own and a time limit of 250 ms per call.
   *
   * @param client a client prepared by {@link RedisLink#prepare(RedisClusterClient)}; the caller
   *     closes it
   * @return the store, connected
   * @throws IllegalArgumentException if the client is not prepared
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisStore of(RedisClusterClient client) {
    return new RedisStore(RedisLink.of(client, TIME_LIMIT), true);
  }

  /**
   * Returns a store over a link, with the time limit of the link.
   *
   * @param link the link; closing the store does not close it
   * @return the store
   */
  public static RedisStore of(RedisLink link) {
    return new RedisStore(link, false);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return link.await(link.commands().get(key)); // null if absent, which Lettuce does not annotate
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    List<KeyValue<byte[], byte[]>> found =
        link.await(link.commands().mget(keys.toArray(new byte[0][])));
    List<byte @Nullable []> values = new ArrayList<>(found.size());
    for (KeyValue<byte[], byte[]> pair : found) {
      values.add(pair.hasValue() ? pair.getValue() : null);
    }
    return values;
  }

  @Override
  public void putAll(List<RemoteEntry> entries) {
    CompletableFuture<?>[] sent = new CompletableFuture<?>[entries.size()];
    for (int i = 0; i < sent.length; i++) {
      RemoteEntry entry = entries.get(i);
      sent[i] =
          link.commands()
              .set(entry.key(), entry.value(), SetArgs.Builder.px(entry.ttl().toMillis()))
              .toCompletableFuture();
    }
    // A single command is awaited itself, so that a wait that is given up cancels it.
    CompletableFuture<?> all = sent.length == 1 ? sent[0] : CompletableFuture.allOf(sent);
    link.await(all);
  }

  @Override
  public void delete(byte[] key) {
    link.await(link.commands().del(key));
  }

  /**
   * Closes the connection that {@code of(client)} opened. A store over a link has none to close.
   * Closing twice is harmless.
   */
  @Override
  public void close() {
    if (owned) {
      link.close();
    }
  }

  @Override
  public String toString() {
    return "RedisStore[" + link + "]";
  }
}
