// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Codec;
import dev.tenfold.core.Telemetry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes operations idempotent over one store.
 *
 * <pre>{@code
 * var idempotency = Idempotency.builder(JdbcIdempotencyStore.postgres(dataSource)).build();
 * var bookings = idempotency.operation("book", JacksonCodec.of(Booking.class));
 *
 * connection.setAutoCommit(false);
 * IdempotentResult<Booking> result = bookings.executeInTransaction(
 *     connection, IdempotencyKey.of(tenant, key), Fingerprint.of(body), tx -> insert(tx, request));
 * connection.commit();
 * }</pre>
 *
 * <p>Build it once per database and share it. Thread-safe; holds no connection and no thread.
 * Closing takes its counters back from the telemetry and nothing else.
 */
public final class Idempotency implements AutoCloseable {
  private static final int MAX_OPERATION_LENGTH = 128;
  private static final int MAX_CODEC_LENGTH = 64;

  private final Settings settings;
  private final Telemetry telemetry;
  private final ConcurrentMap<String, OperationCounters> counters = new ConcurrentHashMap<>();

  private Idempotency(Settings settings, Telemetry telemetry) {
    this.settings = settings;
    this.telemetry = telemetry;
  }

  /**
   * Starts a configuration.
   *
   * @param store where the records live
   * @return a builder with the defaults
   */
  public static Builder builder(TransactionalIdempotencyStore store) {
    return new Builder(store);
  }

  /**
   * Returns an operation: a name space of keys and the codec of its results. Make it once and keep
   * it. Operations of the same name share keys and counters, in this process and in others, and
   * must agree on the codec.
   *
   * @param <T> what its handlers return
   * @param name 1 to 128 visible ASCII characters; stored with every record
   * @param codec of the results; its id has 1 to 64 characters
   * @return the operation
   * @throws IllegalArgumentException if the name is empty, too long or has other characters, or the
   *     codec's id is empty or too long
   */
  public <T extends @Nullable Object> IdempotentOperation<T> operation(
      String name, Codec<? extends T> codec) {
    Objects.requireNonNull(codec, "codec");
    boolean visible = name.chars().allMatch(c -> c > ' ' && c < 0x7f);
    if (name.isEmpty() || name.length() > MAX_OPERATION_LENGTH || !visible) {
      throw new IllegalArgumentException(
          "operation \""
              + name
              + "\" must have 1 to "
              + MAX_OPERATION_LENGTH
              + " visible ASCII characters; it has "
              + name.length()
              + " characters");
    }
    String codecId = codec.id();
    if (codecId.isEmpty() || codecId.length() > MAX_CODEC_LENGTH) {
      throw new IllegalArgumentException(
          "codec id \""
              + codecId
              + "\" must have 1 to "
              + MAX_CODEC_LENGTH
              + " characters; it has "
              + codecId.length());
    }
    return new IdempotentOperation<>(name, codec, settings, countersOf(name));
  }

  /** Registering runs the user's telemetry, so it happens under no lock of the map. */
  private OperationCounters countersOf(String name) {
    OperationCounters present = counters.get(name);
    if (present != null) {
      return present;
    }
    OperationCounters fresh = new OperationCounters(name, telemetry);
    present = counters.putIfAbsent(name, fresh);
    if (present == null) {
      return fresh;
    }
    fresh.close();
    return present;
  }

  /** Takes the counters back from the telemetry. Operations keep working. */
  @Override
  public void close() {
    counters.values().forEach(OperationCounters::close);
  }

  /** Configures an {@link Idempotency}. Not thread-safe. */
  public static final class Builder {
    private final TransactionalIdempotencyStore store;
    private Duration retention = Duration.ofHours(24);
    private int maxResultBytes = 1 << 20;
    private Telemetry telemetry = Telemetry.none();

    private Builder(TransactionalIdempotencyStore store) {
      this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * Sets how long a record lives from its completion. A key that comes back later is executed
     * again, so it must exceed the longest time over which clients retry. Default 24 h, range 1 s
     * to 3650 days.
     *
     * @param retention how long
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder retention(Duration retention) {
      if (retention.compareTo(Duration.ofSeconds(1)) < 0
          || retention.compareTo(Duration.ofDays(3650)) > 0) {
        throw new IllegalArgumentException(
            "retention " + retention + " is out of range; it must be PT1S to PT87600H");
      }
      this.retention = retention;
      return this;
    }

    /**
     * Sets the largest encoded result that is stored. A larger one is returned to the caller whose
     * handler made it, and replays throw {@link ResultUnavailableException}. Default 1 MiB, range 1
     * byte to 64 MiB.
     *
     * @param bytes how many
     * @return this builder
     * @throws IllegalArgumentException if it is out of range
     */
    public Builder maxResultBytes(int bytes) {
      if (bytes < 1 || bytes > 64 << 20) {
        throw new IllegalArgumentException(
            "maxResultBytes " + bytes + " is out of range; it must be 1 to " + (64 << 20));
      }
      this.maxResultBytes = bytes;
      return this;
    }

    /**
     * Sets where the counters {@code tenfold.idempotency.*} are shown. Default nowhere.
     *
     * @param telemetry the telemetry
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds it.
     *
     * @return a new instance
     */
    public Idempotency build() {
      return new Idempotency(new Settings(store, retention, maxResultBytes), telemetry);
    }
  }
}
