// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.redis;

import dev.tenfold.core.Deadline;
import dev.tenfold.core.TimeSource;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
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
 * One connection to Redis, shared by all threads of a component: a single server, a Sentinel group
 * or a cluster behind one face.
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
 * <p><b>Commands are rejected while disconnected</b>, within microseconds, and never queued to be
 * replayed when the server is back: a write that runs seconds after its caller gave up is worse
 * than none. A command that was in flight when the connection broke fails too and is not repeated.
 * Lettuce decides this by the options of the client, read when a connection opens, so the client
 * must carry them: {@link #prepare(RedisClient)} sets them, {@link #of(RedisClient)} refuses a
 * client without. They apply to every connection that the client opens afterwards, not only to
 * links. The connection comes back by itself when the server does.
 *
 * <p><b>Guaranteed:</b> {@link #await} returns within the command timeout, or sooner if a {@link
 * Deadline} is open; a command that was given up is not sent any more if it has not been. <b>Not
 * guaranteed:</b> that a command which timed out did not run, or will not run yet; that a stage
 * nobody awaits ends in time unless the client's {@code TimeoutOptions} are on, as they are by
 * default. Opening a link needs the server: if it is away, {@code of} throws.
 *
 * <p>The link closes the connection it opened. The client is the user's: closing a link does not
 * shut it down.
 *
 * <p>Thread-safe. {@link #await} blocks and must not be called on one of Lettuce's event loops;
 * nothing else does.
 */
public final class RedisLink implements AutoCloseable {
  private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration LEAST_TIMEOUT = Duration.ofMillis(1);
  private static final Duration MOST_TIMEOUT = Duration.ofMinutes(1);
  private static final int MOST_UNANSWERED = 65_536;

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
   * Sets the options that a link needs and keeps all others: reject commands while disconnected,
   * reconnect, and at most 65,536 unanswered commands per connection unless a lower bound is set.
   *
   * @param client whose connections, opened from now on, behave so
   * @return the same client
   */
  public static RedisClient prepare(RedisClient client) {
    ClientOptions present = client.getOptions();
    client.setOptions(
        present
            .mutate()
            .autoReconnect(true)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(Math.min(MOST_UNANSWERED, present.getRequestQueueSize()))
            .build());
    return client;
  }

  /**
   * Sets the options that a link needs, as {@link #prepare(RedisClient)} does. To be called before
   * the client opens its first connection.
   *
   * @param client whose connections, opened from now on, behave so
   * @return the same client
   */
  public static RedisClusterClient prepare(RedisClusterClient client) {
    ClientOptions present = client.getOptions();
    client.setOptions(
        ClusterClientOptions.builder(present)
            .autoReconnect(true)
            .disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
            .requestQueueSize(Math.min(MOST_UNANSWERED, present.getRequestQueueSize()))
            .build());
    return client;
  }

  /**
   * Opens a link to a server, or to the master of a Sentinel group, with a command timeout of 1 s.
   *
   * @param client stays open when the link closes
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
   * @param client stays open when the link closes
   * @param commandTimeout the longest wait for one reply, from 1 ms to 1 min; an open {@link
   *     Deadline} shortens it
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected, or the
   *     timeout is out of range
   * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
   */
  public static RedisLink of(RedisClient client, Duration commandTimeout) {
    requireRejecting(client);
    requireInRange(commandTimeout);
    var connection = client.connect(ByteArrayCodec.INSTANCE);
    return new RedisLink(connection, connection.async(), commandTimeout);
  }

  /**
   * Opens a link to a cluster with a command timeout of 1 s.
   *
   * @param client stays open when the link closes
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisLink of(RedisClusterClient client) {
    return of(client, DEFAULT_TIMEOUT);
  }

  /**
   * Opens a link to a cluster. Each command goes to the master of its key's slot; a node that is
   * away fails the commands of its slots only.
   *
   * @param client stays open when the link closes
   * @param commandTimeout the longest wait for one reply, from 1 ms to 1 min; an open {@link
   *     Deadline} shortens it
   * @return the link, connected
   * @throws IllegalArgumentException if the client would queue commands while disconnected, or the
   *     timeout is out of range
   * @throws io.lettuce.core.RedisException if no node of the cluster can be reached
   */
  public static RedisLink of(RedisClusterClient client, Duration commandTimeout) {
    requireRejecting(client);
    requireInRange(commandTimeout);
    var connection = client.connect(ByteArrayCodec.INSTANCE);
    return new RedisLink(connection, connection.async(), commandTimeout);
  }

  private static void requireRejecting(AbstractRedisClient client) {
    ClientOptions options = client.getOptions();
    if (options.getDisconnectedBehavior() != DisconnectedBehavior.REJECT_COMMANDS
        || !options.isAutoReconnect()) {
      throw new IllegalArgumentException(
          "the client has disconnectedBehavior="
              + options.getDisconnectedBehavior()
              + " and autoReconnect="
              + options.isAutoReconnect()
              + "; a link needs REJECT_COMMANDS and true: call RedisLink.prepare(client) first");
    }
  }

  private static void requireInRange(Duration commandTimeout) {
    if (commandTimeout.compareTo(LEAST_TIMEOUT) < 0 || commandTimeout.compareTo(MOST_TIMEOUT) > 0) {
      throw new IllegalArgumentException(
          "commandTimeout " + commandTimeout + " is not within 1 ms and 1 min");
    }
  }

  /**
   * Returns Lettuce's own commands, those that a single server and a cluster share.
   *
   * @return the asynchronous commands of this link's connection
   */
  public RedisClusterAsyncCommands<byte[], byte[]> commands() {
    return commands;
  }

  /**
   * Returns the longest wait for one reply.
   *
   * @return the timeout that {@link #await} clips by the open {@link Deadline}
   */
  public Duration commandTimeout() {
    return commandTimeout;
  }

  /**
   * Runs a script by its SHA-1, and by its text if the server does not know it: right after SCRIPT
   * FLUSH, a restart or a failover too. Costs one command, two when the server has forgotten. Does
   * not block; cancelling the future cancels the command.
   *
   * @param <T> what {@code outputType} makes of the reply: Long for INTEGER, byte[] for VALUE,
   *     Boolean for BOOLEAN, String for STATUS, List for MULTI; a nil reply is null
   * @param script the script
   * @param outputType how to read the reply
   * @param keys every key that the script touches; on a cluster all of one slot
   * @param args the other arguments
   * @return the reply
   */
  public <T extends @Nullable Object> CompletableFuture<T> eval(
      RedisScript script, ScriptOutputType outputType, byte[][] keys, byte[]... args) {
    Objects.requireNonNull(outputType, "outputType");
    return ScriptCall.start(
        () -> commands.<T>evalsha(script.sha1(), outputType, keys, args),
        () -> commands.<T>eval(script.bytes(), outputType, keys, args));
  }

  /**
   * Blocks until the reply is there, for at most the command timeout or what is left of the open
   * {@link Deadline}. A stage that is given up is cancelled; one from {@link #commands} or {@link
   * #eval} takes the command with it, one derived from those does not. A reply that has already
   * come is returned whatever the deadline and the interrupt flag say.
   *
   * @param <T> the reply
   * @param stage what to wait for
   * @return the reply
   * @throws io.lettuce.core.RedisCommandTimeoutException if no reply came in time; the command may
   *     still run
   * @throws RedisUnavailableException if there is no connection, or it broke
   * @throws io.lettuce.core.RedisCommandExecutionException if the server replied with an error
   * @throws io.lettuce.core.RedisCommandInterruptedException if the thread is interrupted; its flag
   *     stays set
   */
  public <T extends @Nullable Object> T await(CompletionStage<T> stage) {
    return Reply.await(
        stage.toCompletableFuture(),
        Deadline.clipNanos(commandTimeout.toNanos()),
        TimeSource.system());
  }

  /**
   * Closes the connection. What is in flight fails with {@link RedisUnavailableException}. Closing
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
