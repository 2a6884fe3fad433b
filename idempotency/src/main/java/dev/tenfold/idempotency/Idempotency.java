// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Telemetry;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Idempotent operations over one store. Build it once per database and share it.
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
 * <p><b>Guarantees.</b> {@link IdempotentOperation#executeInTransaction} names them.
 *
 * <p><b>No guarantees.</b> Expired records are not deleted by themselves: the store has a method
 * for that, such as {@code JdbcIdempotencyStore.purge}.
 *
 * <p>Thread-safe. Holds no connection and no thread. Closing removes the counters from the
 * telemetry and has no other effect.
 */
public final class Idempotency implements AutoCloseable {
  private static final int MAX_OPERATION_LENGTH = 128;
  private static final int MAX_CODEC_LENGTH = 64;

  private final IdempotencySettings settings;
  private final Telemetry telemetry;
  private final ConcurrentMap<String, OperationCounters> counters = new ConcurrentHashMap<>();

  private Idempotency(IdempotencySettings settings, Telemetry telemetry) {
    this.settings = settings;
    this.telemetry = telemetry;
  }

  /**
   * Returns a builder with the defaults.
   *
   * @param store the store of the records
   * @return a new builder
   */
  public static Builder builder(TransactionalIdempotencyStore store) {
    return new Builder(store);
  }

  /**
   * Returns an operation: a name space of keys, and the codec of its results. Make it once and keep
   * it. Operations of the same name share keys and counters, keys also across processes, and must
   * have the same codec.
   *
   * @param <T> the type of the handlers' result
   * @param name the name: 1 to 128 visible ASCII characters; stored with every record
   * @param codec the codec of the results; its id has 1 to 64 characters
   * @return the operation
   * @throws IllegalArgumentException if the name is empty, is too long or has other characters, or
   *     if the codec's id is empty or too long
   */
  public <T extends @Nullable Object> IdempotentOperation<T> operation(
      String name, Codec<? extends T> codec) {
    Objects.requireNonNull(codec, "codec");
    String what = "length of operation name \"" + name + '"';
    Checks.range(1, MAX_OPERATION_LENGTH, what, name.length());
    if (!name.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new IllegalArgumentException(
          "operation name is \"" + name + "\"; it must be visible ASCII characters");
    }
    String codecId = codec.id();
    Checks.range(1, MAX_CODEC_LENGTH, "length of codec id \"" + codecId + '"', codecId.length());
    return new IdempotentOperation<>(name, codec, settings, countersOf(name));
  }

  /** Registers new counters outside the map's lock, because that runs the user's telemetry. */
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

  /** Removes the counters from the telemetry. Operations keep working. */
  @Override
  public void close() {
    counters.values().forEach(OperationCounters::close);
  }

  /**
   * Configures an {@link Idempotency}.
   *
   * <p><b>Guarantees.</b> A setter checks its argument.
   *
   * <p><b>No guarantees.</b> Not thread-safe.
   */
  public static final class Builder {
    private static final Duration MIN_RETENTION = Duration.ofSeconds(1);
    private static final Duration MAX_RETENTION = Duration.ofDays(3650);
    private static final int MAX_MAX_RESULT_BYTES = 64 << 20;

    private final TransactionalIdempotencyStore store;
    private Duration retention = Duration.ofHours(24);
    private int maxResultBytes = 1 << 20;
    private Telemetry telemetry = Telemetry.none();

    private Builder(TransactionalIdempotencyStore store) {
      this.store = Objects.requireNonNull(store, "store");
    }

    /**
     * Sets the time to live of a record from its completion. A key that a client sends later is
     * executed again, so the retention must be longer than clients retry. Default 24 h; range 1 s
     * to 3650 days.
     *
     * @param retention the time to live
     * @return this builder
     * @throws IllegalArgumentException if the duration is out of range
     */
    public Builder retention(Duration retention) {
      this.retention =
          Checks.range(MIN_RETENTION, MAX_RETENTION, "retention of Idempotency", retention);
      return this;
    }

    /**
     * Sets the maximum size of an encoded result in the store. A larger result is returned to the
     * caller whose handler made it, and replays throw {@link ResultUnavailableException}. Default 1
     * MiB; range 1 byte to 64 MiB.
     *
     * @param bytes the maximum size
     * @return this builder
     * @throws IllegalArgumentException if the size is out of range
     */
    public Builder maxResultBytes(int bytes) {
      this.maxResultBytes =
          Checks.range(1, MAX_MAX_RESULT_BYTES, "maxResultBytes of Idempotency", bytes);
      return this;
    }

    /**
     * Sets the telemetry that gets the counters {@code tenfold.idempotency.*}. Default none.
     *
     * @param telemetry the telemetry
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Builds the instance.
     *
     * @return a new instance
     */
    public Idempotency build() {
      return new Idempotency(new IdempotencySettings(store, retention, maxResultBytes), telemetry);
    }
  }
}
