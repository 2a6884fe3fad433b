// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.cache.KeyCodec;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link KeyCodec}, as tests. Extend the class and name a codec and keys.
 *
 * <ol>
 *   <li>Equal keys give equal bytes: in another object, whatever was encoded before, in every
 *       locale, on every JVM and in every version of the program. The last two are shown by bytes
 *       that you write down once in {@link #known}.
 *   <li>Different keys give different bytes.
 *   <li>The bytes that {@code encode} returned do not change afterwards.
 *   <li>A null key is refused by an unchecked exception.
 *   <li>Threads may share a codec.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 *
 * @param <K> the type of the keys
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class KeyCodecContract<K> {
  private static final String EQUAL = "equal keys give equal bytes";

  /** For subclasses. */
  protected KeyCodecContract() {}

  /**
   * Returns the codec under test.
   *
   * @return the same or an equivalent one each time
   */
  protected abstract KeyCodec<K> codec();

  /**
   * Makes keys that are easily confused: of similar parts, long ones, with special characters.
   *
   * @return at least two, all different; each time the same ones in new objects
   */
  protected abstract List<K> keys();

  /**
   * Returns keys whose bytes are written down, so that no later version changes them.
   *
   * @return at least one key, by the hexadecimal digits of its bytes, in lower case
   */
  protected abstract Map<String, K> known();

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private List<String> encoded(KeyCodec<K> codec) {
    return keys().stream().map(key -> hex(codec.encode(key))).toList();
  }

  @Test
  final void encode_equalKeysInOtherObjects_givesEqualBytes() {
    List<String> first = encoded(codec());

    assertThat(encoded(codec())).as(EQUAL).isEqualTo(first);
    KeyCodec<K> used = codec();
    encoded(used);
    assertThat(encoded(used)).as(EQUAL + ", whatever was encoded before").isEqualTo(first);
  }

  @Test
  final void encode_anyLocale_givesEqualBytes() {
    List<String> expected = encoded(codec());
    Locale before = Locale.getDefault();
    try {
      for (String language : List.of("tr-TR", "ar-EG")) {
        Locale.setDefault(Locale.forLanguageTag(language));
        assertThat(encoded(codec())).as(EQUAL + " in every locale").isEqualTo(expected);
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  final void encode_knownKeys_givesTheBytesThatWereWrittenDown() {
    assertThat(known()).as("known() names at least one key").isNotEmpty();
    known()
        .forEach((bytes, key) ->
            assertThat(hex(codec().encode(key)))
                .as("the bytes of key %s never change", key)
                .isEqualTo(bytes));
  }

  @Test
  final void encode_differentKeys_givesDifferentBytes() {
    assertThat(keys()).as("keys() names at least two keys").hasSizeGreaterThan(1);
    Map<String, K> keys = new HashMap<>();
    for (K key : keys()) {
      assertThat(keys.put(hex(codec().encode(key)), key))
          .as("different keys give different bytes; the bytes of %s are those of", key)
          .isNull();
    }
  }

  @Test
  final void encode_anotherKeyLater_leavesTheBytesAlone() {
    KeyCodec<K> codec = codec();
    for (K key : keys()) {
      byte[] bytes = codec.encode(key);
      String before = hex(bytes);
      keys().forEach(codec::encode);

      assertThat(hex(bytes))
          .as("the bytes of one key do not change when the codec encodes another")
          .isEqualTo(before);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  final void encode_null_throwsUnchecked() {
    assertThatThrownBy(() -> codec().encode(null), "a codec of keys refuses null")
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  final void encode_sharedByThreads_givesEqualBytes() {
    KeyCodec<K> shared = codec();
    List<K> keys = keys();
    List<String> expected = encoded(codec());
    Threads.together(
        "threads may share a codec of keys",
        (thread, round) -> {
          int i = (round + thread) % keys.size();
          String encoded = hex(shared.encode(keys.get(i)));
          if (!encoded.equals(expected.get(i))) { // an assertion would take most of the round
            assertThat(encoded).as(EQUAL + ", on whatever thread").isEqualTo(expected.get(i));
          }
        });
  }
}
