// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One connection to Redis that all threads of a component share: to a single server, a Sentinel
 * group or a cluster.
 *
 * <pre>{@code
 * RedisClient client = RedisLink.prepare(RedisClient.create("redis://127.0.0.1:6379"));
 * try (RedisLink link = RedisLink.of(client)) {
 *   byte[] value = link.await(link.commands().get(key));
 *   Long left = link.await(link.eval(TAKE, ScriptOutputType.INTEGER, new byte[][] {key}, amount));
 * }
 * client.shutdown();
 * }</pre>
 *
 * <p><b>Guarantees.</b>
 *
 * <ul>
 *   <li>While disconnected, commands are rejected within microseconds. They are never queued and
 *       sent when the server is back: a write that runs seconds after its caller gave up is worse
 *       than none. A command that was in flight when the connection broke fails too, and is not
 *       repeated.
 *   <li>The link reconnects by itself when the server is back.
 *   <li>{@link #await} returns within the command timeout, or sooner if a {@link Deadline} is open.
 *       A command that was given up before it was sent is not sent.
 * </ul>
 *
 * <p><b>No guarantees.</b> A command that timed out may have run, or may run yet. A stage that
 * nobody awaits ends in time only if the client's {@code TimeoutOptions} are on, as they are by
 * default. If the server cannot be reached, {@code of} throws.
 *
 * <p>Lettuce reads the options for this from the client when it opens a connection. {@link
 * #prepare(RedisClient)} sets them; {@link #of(RedisClient)} refuses a client without them. They
 * apply to every connection that the client opens afterwards, not only to links.
 *
 * <p>Closing a link closes its connection. It does not shut down the client, which belongs to the
 * caller.
 *
 * <p>Thread-safe. Only {@link #await} blocks; do not call it on one of Lettuce's event loops.
 */
public final class RedisLink implements AutoCloseable {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration MIN_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);

  private final StatefulConnection<byte[], byte[]> connection;
  private final RedisClusterAsyncCommands<byte[], byte[]> commands;
  private final Duration commandTimeout;
  private final AtomicBoolean closed = new AtomicBoolean();

  private RedisLink(
      StatefulConnection<byte[], byte[]> connection,
      RedisClusterAsyncCommands<byte[], byte[]> commands,
      Duration commandTimeout) {
    this.connection = connection;
    this.commands = commands;
    this.commandTimeout = commandTimeout;
    connection.setTimeout(commandTimeout);
  }

  /**
   * Sets the options that a link needs, and keeps all others: reject commands while disconnected,
   * reconnect, and allow at most 65,536 unanswered commands per connection unless a lower bound is
   * set. The options apply to connections that the client opens later.
   *
   * @param client the client
   * @return the same client
   */
  public static RedisClient prepare(RedisClient client) {
    LinkOptions.set(client);
    return client;
  }

  /**
   * Sets the options that a link needs, as {@link #prepare(RedisClient)} does. Call this before the
   * client opens its first connection.
   *
   * @param client the client
   * @return the same client
   */
  public static RedisClusterClient prepare(RedisClusterClient client) {
    LinkOptions.set(client);
    return client;
  }

  /**
   * Opens a link to a server, or to the master of a Sentinel group, with a command timeout of 1 s.
   *
   * @param client the client; closing the link does not shut it down
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected
   * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
   */
  public static RedisLink of(RedisClient client) {
    return of(client, DEFAULT_TIMEOUT);
  }

  /**
   * Opens a link to a server, or to the master of a Sentinel group.
   *
   * @param client the client; closing the link does not shut it down
   * @param commandTimeout the longest wait for one reply, 1 ms to 1 min; an open {@link Deadline}
   *     shortens the wait
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected, or the
   *     timeout is out of range
   * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
   */
  public static RedisLink of(RedisClient client, Duration commandTimeout) {
    LinkOptions.require(client);
    Checks.range(MIN_TIMEOUT, MAX_TIMEOUT, "commandTimeout of RedisLink", commandTimeout);
    var connection = client.connect(ByteArrayCodec.INSTANCE);
    return new RedisLink(connection, connection.async(), commandTimeout);
  }

  /**
   * Opens a link to a cluster with a command timeout of 1 s.
   *
   * @param client the client; closing the link does not shut it down
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisLink of(RedisClusterClient client) {
    return of(client, DEFAULT_TIMEOUT);
  }

  /**
   * Opens a link to a cluster. Each command goes to the master of the slot of its key. If a node is
   * down, only the commands of its slots fail.
   *
   * @param client the client; closing the link does not shut it down
   * @param commandTimeout the longest wait for one reply, 1 ms to 1 min; an open {@link Deadline}
   *     shortens the wait
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected, or the
   *     timeout is out of range
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisLink of(RedisClusterClient client, Duration commandTimeout) {
    LinkOptions.require(client);
    Checks.range(MIN_TIMEOUT, MAX_TIMEOUT, "commandTimeout of RedisLink", commandTimeout);
    var connection = client.connect(ByteArrayCodec.INSTANCE);
    return new RedisLink(connection, connection.async(), commandTimeout);
  }

  /**
   * Returns Lettuce's commands that a single server and a cluster have in common.
   *
   * @return the asynchronous commands of this link's connection
   */
  public RedisClusterAsyncCommands<byte[], byte[]> commands() {
    return commands;
  }

  /**
   * Returns the longest wait for one reply.
   *
   * @return the timeout, which {@link #await} clips to the open {@link Deadline}
   */
  public Duration commandTimeout() {
    return commandTimeout;
  }

  /**
   * Runs a script by its SHA-1, or by its text if the server does not know the SHA-1, as after
   * SCRIPT FLUSH, a restart or a failover. Sends one command, or two if the server does not know
   * the script. Does not block. Cancelling the future cancels the command.
   *
   * @param <T> the type of the reply by {@code outputType}: Long for INTEGER, byte[] for VALUE,
   *     Boolean for BOOLEAN, String for STATUS, List for MULTI; a nil reply is null
   * @param script the script
   * @param outputType the form of the reply
   * @param keys every key that the script uses; on a cluster all of one slot
   * @param args the other arguments
   * @return a future of the reply
   */
  public <T extends @Nullable Object> CompletableFuture<T> eval(
      RedisScript script, ScriptOutputType outputType, byte[][] keys, byte[]... args) {
    Objects.requireNonNull(outputType, "outputType");
    return ScriptCall.start(
        () -> commands.<T>evalsha(script.sha1(), outputType, keys, args),
        () -> commands.<T>eval(script.bytes(), outputType, keys, args));
  }

  /**
   * Waits for a reply, at most for the command timeout or the rest of the open {@link Deadline}. If
   * the wait is given up, the stage is cancelled. For a stage from {@link #commands} or {@link
   * #eval} this cancels the command too, for a stage derived from one it does not. A reply that is
   * there already is returned, even if the Deadline has ended or the thread is interrupted.
   *
   * @param <T> the type of the reply
   * @param stage the stage of the reply
   * @return the reply
   * @throws io.lettuce.core.RedisCommandTimeoutException if no reply came in time; the command may
   *     still run
   * @throws RedisUnavailableException if there is no connection, or if it broke
   * @throws io.lettuce.core.RedisCommandExecutionException if the server replied with an error
   * @throws io.lettuce.core.RedisCommandInterruptedException if the thread is interrupted; its
   *     interrupt flag stays set
   */
  public <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    return Reply.await(
        stage.toCompletableFuture(),
        Deadline.clipNanos(commandTimeout.toNanos()),
        TimeSource.system());
  }

  /**
   * Closes the connection. Commands in flight fail with {@link RedisUnavailableException}. Closing
   * twice is harmless.
   */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      connection.close();
    }
  }

  @Override
  public String toString() {
    return "RedisLink[timeout " + commandTimeout + (closed.get() ? ", closed]" : "]");
  }
}
