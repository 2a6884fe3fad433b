// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link Codec}, as tests. Extend the class and name a codec, a few values, and
 * bytes that the codec must refuse.
 *
 * <ol>
 *   <li>The id is constant, printable and short. The version is constant and 0 or more.
 *   <li>What {@code encode} wrote decodes to an equal value: from every kind of buffer, from its
 *       position to its limit and no further, in every locale.
 *   <li>The bytes that {@code encode} returned do not change afterwards.
 *   <li>{@code decode} changes no bytes and keeps no buffer.
 *   <li>Bytes that are no value, bytes of an unknown version and a null value are refused by an
 *       unchecked exception.
 *   <li>Threads may share a codec.
 * </ol>
 *
 * <p>Not tested: that bytes of an older version decode to the value that was meant. Keep such bytes
 * in a test of your own.
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 *
 * @param <T> the type of the value
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class CodecContract<T> {
  private static final String VALUE_COMES_BACK =
      "a codec decodes what it encoded to an equal value";

  /** For subclasses. */
  protected CodecContract() {}

  /**
   * Returns the codec under test.
   *
   * @return the same or an equivalent one each time
   */
  protected abstract Codec<T> codec();

  /**
   * Returns values to encode: ordinary ones, the empty one, a large one.
   *
   * @return at least two, all different
   */
  protected abstract List<T> values();

  /**
   * Returns bytes that are no value.
   *
   * @return empty if every sequence of bytes is a value
   */
  protected abstract List<byte[]> malformed();

  /**
   * Says whether two values are the same, arrays by content.
   *
   * @param a one value
   * @param b another value
   * @return true if a reader could not tell them apart
   */
  protected boolean same(T a, T b) {
    return Objects.deepEquals(a, b);
  }

  private void assertDecodes(String duty, ByteBuffer bytes, T value) {
    T decoded = codec().decode(bytes, codec().version());

    assertSame(duty, decoded, value);
  }

  private void assertSame(String duty, T decoded, T value) {
    assertThat(same(decoded, value))
        .as(duty)
        .withFailMessage(() -> text(value) + " came back as " + text(decoded))
        .isTrue();
  }

  private static void assertUnchanged(String duty, byte[] before, byte[] now) {
    assertThat(Arrays.equals(before, now))
        .as(duty)
        .withFailMessage(() -> text(before) + " became " + text(now))
        .isTrue();
  }

  private static String text(Object value) {
    String text = value instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : "" + value;
    return text.length() > 200 ? text.substring(0, 200) + "..." : text;
  }

  @Test
  void id_isShortConstantAndPrintable() {
    assertThat(codec().id())
        .as("the id of a codec is 1 to 32 printable ASCII characters without spaces")
        .matches("[\\x21-\\x7e]{1,32}");
    assertThat(codec().id()).as("the id of a codec is constant").isEqualTo(codec().id());
  }

  @Test
  void version_isConstantAndNotNegative() {
    assertThat(codec().version()).as("the version of a codec is 0 or more").isNotNegative();
    assertThat(codec().version())
        .as("the version of a codec is constant")
        .isEqualTo(codec().version());
  }

  @Test
  void decode_whatEncodeWrote_isTheValue() {
    assertThat(values()).as("values() names at least two values").hasSizeGreaterThan(1);
    for (T value : values()) {
      assertDecodes(VALUE_COMES_BACK, ByteBuffer.wrap(codec().encode(value)), value);
    }
  }

  @Test
  void decode_readOnlyBuffer_isTheValue() {
    for (T value : values()) {
      assertDecodes(
          "a codec decodes from a read-only buffer",
          ByteBuffer.wrap(codec().encode(value)).asReadOnlyBuffer(),
          value);
    }
  }

  @Test
  void decode_directBuffer_isTheValue() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      assertDecodes(
          "a codec decodes from a direct buffer",
          ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(),
          value);
    }
  }

  @Test
  void decode_partOfABuffer_readsFromPositionToLimitOnly() {
    String duty = "a codec decodes from the position of a buffer to its limit";
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      byte[] framed = new byte[bytes.length + 7];
      Arrays.fill(framed, (byte) 'x');
      System.arraycopy(bytes, 0, framed, 4, bytes.length);

      assertDecodes(duty, ByteBuffer.wrap(framed, 4, bytes.length), value);
      assertDecodes(duty, ByteBuffer.wrap(framed).slice(4, bytes.length), value);
      assertDecodes(duty, ByteBuffer.wrap(framed, 4, bytes.length).asReadOnlyBuffer(), value);
    }
  }

  @Test
  void decode_leavesTheBytesAlone() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      byte[] before = bytes.clone();
      codec().decode(ByteBuffer.wrap(bytes), codec().version());

      assertUnchanged("decode does not change the bytes that it reads", before, bytes);
    }
  }

  @Test
  void decode_afterTheBufferIsReused_keepsTheValue() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value).clone();
      T decoded = codec().decode(ByteBuffer.wrap(bytes), codec().version());
      Arrays.fill(bytes, (byte) 'x');

      assertSame("a decoded value does not change when its buffer is reused", decoded, value);
    }
  }

  @Test
  void encode_anotherValueLater_leavesTheBytesAlone() {
    Codec<T> codec = codec();
    for (T value : values()) {
      byte[] bytes = codec.encode(value);
      byte[] before = bytes.clone();
      values().forEach(codec::encode);

      assertUnchanged(
          "the bytes of one value do not change when the codec encodes another", before, bytes);
    }
  }

  @Test
  void codec_anyLocale_readsAndWritesTheSame() {
    Codec<T> codec = codec();
    List<byte[]> written = values().stream().map(codec::encode).toList();
    Locale before = Locale.getDefault();
    try {
      for (String language : List.of("tr-TR", "ar-EG")) {
        Locale.setDefault(Locale.forLanguageTag(language));
        String duty = "a codec reads and writes the same in every locale";
        for (int i = 0; i < written.size(); i++) {
          T value = values().get(i);
          assertDecodes(duty, ByteBuffer.wrap(written.get(i)), value);
          ByteBuffer now = ByteBuffer.wrap(codec.encode(value));
          Locale.setDefault(before);
          assertDecodes(duty, now, value);
          Locale.setDefault(Locale.forLanguageTag(language));
        }
      }
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void decode_malformedBytes_throwsUnchecked() {
    for (byte[] bytes : malformed()) {
      assertThatThrownBy(
              () -> codec().decode(ByteBuffer.wrap(bytes), codec().version()),
              "a codec refuses bytes that are no value, such as %s",
              text(bytes))
          .isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void decode_unknownVersion_throwsUnchecked() {
    byte[] bytes = codec().encode(values().get(0));

    for (int unknown : new int[] {codec().version() + 1, Integer.MAX_VALUE, -1}) {
      assertThatThrownBy(
              () -> codec().decode(ByteBuffer.wrap(bytes), unknown),
              "a codec refuses bytes of the unknown version %s",
              unknown)
          .isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  @SuppressWarnings("NullAway")
  void encode_null_throwsUnchecked() {
    assertThatThrownBy(() -> codec().encode(null), "a codec refuses null")
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void codec_sharedByThreads_confusesNothing() {
    String duty = "threads may share a codec";
    Codec<T> shared = codec();
    List<T> values = new ArrayList<>(values());
    values.removeIf(value -> codec().encode(value).length > 10_000); // many rounds, not long ones
    Threads.together(
        duty,
        (thread, round) -> {
          T value = values.get((round + thread) % values.size());
          ByteBuffer bytes = ByteBuffer.wrap(shared.encode(value));
          T decoded = shared.decode(bytes, shared.version());
          if (!same(decoded, value)) { // an assertion would take most of the round
            assertSame(duty, decoded, value);
          }
        });
  }
}
