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
 * Redis as the remote store of caches: one string per value, with PX. A single server, a Sentinel
 * group or a cluster.
 *
 * <pre>{@code
 * RedisClient client = RedisLink.prepare(RedisClient.create("redis://127.0.0.1:6379"));
 * RedisStore store = RedisStore.of(client);
 * var users = TieredCache.<Long, User>builder("users").remote(store).ttl(ttl).codec(codec)
 *     .loader(dao::find).build();
 * }</pre>
 *
 * <p>Reads and writes go to masters. On a cluster a read of many keys is one MGET per slot, sent at
 * once, and writes are sent at once everywhere: one round trip, whatever their number. A call ends
 * within the time limit (250 ms unless a link with another is given), or sooner if a Deadline is
 * open; while disconnected it fails within microseconds.
 *
 * <p>Not promised: that Redis keeps a value for its ttl (eviction), or an acknowledged write or
 * removal across a failover. A write that ran into the time limit may still happen; on one
 * connection it does so before a removal that is sent later.
 *
 * <p>Thread-safe. The store belongs to whoever made it.
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
   * @param client prepared by {@link RedisLink#prepare(RedisClient)}; stays the caller's
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
   * @param client prepared by {@link RedisLink#prepare(RedisClusterClient)}; stays the caller's
   * @return the store, connected
   * @throws IllegalArgumentException if the client is not prepared
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisStore of(RedisClusterClient client) {
    return new RedisStore(RedisLink.of(client, TIME_LIMIT), true);
  }

  /**
   * Makes a store over a link, with the link's time limit.
   *
   * @param link stays the caller's: closing the store does not close it
   * @return the store
   */
  public static RedisStore of(RedisLink link) {
    return new RedisStore(link, false);
  }

  @Override
  public byte @Nullable [] get(byte[] key) {
    return link.await(link.commands().get(key)); // Lettuce says null without saying so
  }

  @Override
  public List<byte @Nullable []> getAll(List<byte[]> keys) {
    List<KeyValue<byte[], byte[]>> found =
        link.await(link.commands().mget(keys.toArray(new byte[0][])));
    List<byte @Nullable []> values = new ArrayList<>(found.size());
    for (KeyValue<byte[], byte[]> each : found) {
      values.add(each.hasValue() ? each.getValue() : null);
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
    // One command is awaited itself, so that giving up takes it along.
    CompletableFuture<?> all = sent.length == 1 ? sent[0] : CompletableFuture.allOf(sent);
    link.await(all);
  }

  @Override
  public void delete(byte[] key) {
    link.await(link.commands().del(key));
  }

  /** Closes the connection that {@code of(client)} opened. Closing twice is harmless. */
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
