// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.Codec;
import dev.tenfold.idempotency.ResultUnavailableException.Reason;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Encodes results of handlers for the store and decodes stored results. Encoding never fails: a
 * result that cannot be stored becomes a record that says so, because the effect is done and must
 * not be rolled back for the sake of its result.
 */
final class ResultFormat<T extends @Nullable Object> {
  private static final Logger LOG = LoggerFactory.getLogger(ResultFormat.class);

  private final String operation;
  private final Codec<? extends T> codec;
  private final int maxBytes;
  private final OperationCounters counters;

  ResultFormat(
      String operation, Codec<? extends T> codec, int maxBytes, OperationCounters counters) {
    this.operation = operation;
    this.codec = codec;
    this.maxBytes = maxBytes;
    this.counters = counters;
  }

  StoredResult encode(T value) {
    if (value == null) {
      return stored(StoredResult.Kind.NULL, null);
    }
    byte[] bytes;
    try {
      bytes = Objects.requireNonNull(encodeWith(codec, value), "the codec returned null");
    } catch (RuntimeException | StackOverflowError refused) {
      reportUnstorable("codec " + codec.id() + " cannot encode it", refused);
      return stored(StoredResult.Kind.NOT_ENCODABLE, null);
    }
    if (bytes.length > maxBytes) {
      reportUnstorable(
          "its " + bytes.length + " bytes are more than maxResultBytes " + maxBytes, null);
      return stored(StoredResult.Kind.TOO_LARGE, null);
    }
    return stored(StoredResult.Kind.VALUE, bytes);
  }

  @SuppressWarnings("unchecked") // a value of another type makes the codec throw, which is handled
  private static <V> byte[] encodeWith(Codec<V> codec, Object value) {
    return codec.encode((V) value);
  }

  private StoredResult stored(StoredResult.Kind kind, byte @Nullable [] bytes) {
    return new StoredResult(kind, codec.id(), codec.version(), bytes);
  }

  private void reportUnstorable(String reason, @Nullable Throwable cause) {
    counters.unstorable.increment();
    if (counters.unstorableLogged.compareAndSet(false, true)) {
      LOG.warn(
          "operation \"{}\": a result cannot be stored: {}. Replays throw"
              + " ResultUnavailableException. Further results are counted, not logged.",
          operation,
          reason,
          cause);
    }
  }

  T decode(StoredResult stored) {
    switch (stored.kind()) {
      case NULL -> {
        return nullResult();
      }
      case TOO_LARGE -> throw unavailable(Reason.TOO_LARGE, "it was too large to be stored", null);
      case NOT_ENCODABLE ->
          throw unavailable(
              Reason.NOT_ENCODABLE, "codec " + stored.codec() + " could not encode it", null);
      case VALUE -> {}
    }
    if (!stored.codec().equals(codec.id())) {
      throw unavailable(
          Reason.NOT_DECODABLE,
          "codec " + stored.codec() + " wrote it, and this operation has codec " + codec.id(),
          null);
    }
    byte[] bytes = Objects.requireNonNull(stored.bytes(), "bytes");
    try {
      return codec.decode(ByteBuffer.wrap(bytes).asReadOnlyBuffer(), stored.version());
    } catch (RuntimeException | StackOverflowError refused) {
      throw unavailable(
          Reason.NOT_DECODABLE,
          "codec " + codec.id() + " cannot decode version " + stored.version(),
          refused);
    }
  }

  // The handler returned null, so T includes null.
  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
  private static <V extends @Nullable Object> V nullResult() {
    return (V) null;
  }

  private ResultUnavailableException unavailable(
      Reason reason, String detail, @Nullable Throwable cause) {
    counters.unavailable.increment();
    return new ResultUnavailableException(operation, reason, detail, cause);
  }
}
