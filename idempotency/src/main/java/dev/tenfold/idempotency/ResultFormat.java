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
 * Between a handler's result and its stored form. Encoding always yields something to store, so
 * that no result ever undoes the effect it came from.
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
      reportUnstorable("codec " + codec.id() + " refuses it", refused);
      return stored(StoredResult.Kind.NOT_ENCODABLE, null);
    }
    if (bytes.length > maxBytes) {
      reportUnstorable(bytes.length + " bytes exceed the limit of " + maxBytes, null);
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

  private void reportUnstorable(String why, @Nullable Throwable cause) {
    counters.unstorable.increment();
    if (counters.unstorableLogged.compareAndSet(false, true)) {
      LOG.warn(
          "operation \"{}\": a result cannot be stored and replays will say so: {}. Further ones"
              + " are counted, not logged.",
          operation,
          why,
          cause);
    }
  }

  T decode(StoredResult stored) {
    switch (stored.kind()) {
      case NULL -> {
        return absent();
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
          "codec " + stored.codec() + " wrote it, this is codec " + codec.id(),
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

  // A handler of this operation returned null before.
  @SuppressWarnings({"unchecked", "NullAway", "TypeParameterUnusedInFormals"})
  private static <V extends @Nullable Object> V absent() {
    return (V) null;
  }

  private ResultUnavailableException unavailable(
      Reason reason, String detail, @Nullable Throwable cause) {
    counters.unavailable.increment();
    return new ResultUnavailableException(operation, reason, detail, cause);
  }
}
