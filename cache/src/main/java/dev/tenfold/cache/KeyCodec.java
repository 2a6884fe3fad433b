// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Codec;
import java.util.Objects;
import java.util.UUID;

/**
 * Encodes the keys of a cache as the bytes that name them in a remote store: the SPI for keys that
 * are not integers, strings or UUIDs.
 *
 * <pre>{@code
 * KeyCodec<OrderId> keys = id -> (id.tenant() + "/" + id.number()).getBytes(UTF_8);
 * }</pre>
 *
 * <p><b>Guarantees.</b> Of an implementation: equal keys have equal bytes, on every JVM and in
 * every version of the program; keys that differ have bytes that differ. The bytes of one key do
 * not change when another is encoded. An implementation is thread-safe. The contract test is {@code
 * KeyCodecContract} in the module's {@code tests} jar.
 *
 * <p><b>No guarantees.</b> A cache does not find out if an implementation breaks these rules: it
 * then returns the value of another key.
 *
 * @param <K> the type of the keys
 */
@FunctionalInterface
public interface KeyCodec<K> {

  /**
   * Encodes a key.
   *
   * @param key the key; not null
   * @return the bytes; neither the caller nor the codec modifies them
   */
  byte[] encode(K key);

  /**
   * Returns the codec of {@code Byte}, {@code Short}, {@code Integer}, {@code Long}, {@code String}
   * and {@code UUID}. An integer is encoded as {@code i} and its decimal digits, so {@code Integer
   * 1} and {@code Long 1} are the same key; a string as {@code s} and its UTF-8 bytes; a UUID as
   * {@code u} and its text. A key of any other type, and text that is not well-formed, is refused
   * with an {@link IllegalArgumentException}.
   *
   * @param <K> the type of the keys
   * @return the codec, a constant
   */
  @SuppressWarnings("unchecked") // encode() takes any object and checks the type
  static <K> KeyCodec<K> natural() {
    return (KeyCodec<K>) Natural.INSTANCE;
  }

  /** The codec that {@link KeyCodec#natural()} returns. Not for use by name. */
  final class Natural implements KeyCodec<Object> {
    private static final Natural INSTANCE = new Natural();

    private Natural() {}

    @Override
    public byte[] encode(Object key) {
      Objects.requireNonNull(key, "key");
      if (key instanceof Long
          || key instanceof Integer
          || key instanceof Short
          || key instanceof Byte) {
        return Codec.strings().encode("i" + key);
      }
      if (key instanceof String text) {
        return Codec.strings().encode("s" + text);
      }
      if (key instanceof UUID) {
        return Codec.strings().encode("u" + key);
      }
      throw new IllegalArgumentException(
          "no natural encoding for a key of " + key.getClass() + "; set keyCodec(...)");
    }
  }
}
