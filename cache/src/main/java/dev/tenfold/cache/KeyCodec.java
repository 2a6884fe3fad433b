// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Codec;
import java.util.Objects;
import java.util.UUID;

/**
 * Turns keys into the bytes that name them in a remote store: the SPI for keys that are not plain
 * numbers, texts or UUIDs.
 *
 * <p>Implementations are thread-safe and hold: equal keys give equal bytes, on every JVM and in
 * every version of the program; different keys give different bytes.
 *
 * @param <K> the type of the keys
 */
@FunctionalInterface
public interface KeyCodec<K> {

  /**
   * Encodes a key.
   *
   * @param key not null
   * @return the bytes, which the caller does not modify
   */
  byte[] encode(K key);

  /**
   * Returns the codec of {@code Byte}, {@code Short}, {@code Integer} and {@code Long} (all as
   * {@code i} and the decimal digits, so {@code Integer 1} and {@code Long 1} are one key), {@code
   * String} ({@code s} and the text as UTF-8) and {@code UUID} ({@code u} and its text). Anything
   * else, and text that is not well-formed, is an {@link IllegalArgumentException}.
   *
   * @param <K> the type of the keys
   * @return a constant
   */
  @SuppressWarnings("unchecked") // it takes any object and checks it
  static <K> KeyCodec<K> natural() {
    return (KeyCodec<K>) Natural.INSTANCE;
  }

  /** {@link KeyCodec#natural()}. */
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
