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
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Codec} holds. Extend it and name a codec, a few values, and bytes that it must
 * refuse.
 *
 * @param <T> the type of the value
 */
public abstract class CodecContract<T> {

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

  private void assertDecodes(ByteBuffer bytes, T value) {
    T decoded = codec().decode(bytes, codec().version());

    assertThat(same(decoded, value)).as("%s came back as %s", value, decoded).isTrue();
  }

  @Test
  void id_isShortConstantAndPrintable() {
    assertThat(codec().id()).matches("[\\x21-\\x7e]{1,32}").isEqualTo(codec().id());
  }

  @Test
  void version_isConstantAndNotNegative() {
    assertThat(codec().version()).isNotNegative().isEqualTo(codec().version());
  }

  @Test
  void decode_whatEncodeWrote_isTheValue() {
    assertThat(values()).hasSizeGreaterThan(1);
    for (T value : values()) {
      assertDecodes(ByteBuffer.wrap(codec().encode(value)), value);
    }
  }

  @Test
  void decode_readOnlyBuffer_isTheValue() {
    for (T value : values()) {
      assertDecodes(ByteBuffer.wrap(codec().encode(value)).asReadOnlyBuffer(), value);
    }
  }

  @Test
  void decode_directBuffer_isTheValue() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      assertDecodes(ByteBuffer.allocateDirect(bytes.length).put(bytes).flip(), value);
    }
  }

  @Test
  void decode_partOfABuffer_readsFromPositionToLimitOnly() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      byte[] framed = new byte[bytes.length + 7];
      System.arraycopy(bytes, 0, framed, 4, bytes.length);

      assertDecodes(ByteBuffer.wrap(framed, 4, bytes.length), value);
      assertDecodes(ByteBuffer.wrap(framed).slice(4, bytes.length), value);
      assertDecodes(ByteBuffer.wrap(framed, 4, bytes.length).asReadOnlyBuffer(), value);
    }
  }

  @Test
  void decode_leavesTheBytesAlone() {
    for (T value : values()) {
      byte[] bytes = codec().encode(value);
      byte[] before = bytes.clone();
      codec().decode(ByteBuffer.wrap(bytes), codec().version());

      assertThat(bytes).isEqualTo(before);
    }
  }

  @Test
  void decode_afterTheBufferIsReused_keepsTheValue() {
    T value = values().get(0);
    byte[] bytes = codec().encode(value).clone();
    T decoded = codec().decode(ByteBuffer.wrap(bytes), codec().version());
    Arrays.fill(bytes, (byte) 'x');

    assertThat(same(decoded, value)).isTrue();
  }

  @Test
  void decode_malformedBytes_throwsUnchecked() {
    for (byte[] bytes : malformed()) {
      assertThatThrownBy(() -> codec().decode(ByteBuffer.wrap(bytes), codec().version()))
          .as(() -> HexFormat.of().formatHex(bytes))
          .isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void decode_unknownVersion_throwsUnchecked() {
    byte[] bytes = codec().encode(values().get(0));

    assertThatThrownBy(() -> codec().decode(ByteBuffer.wrap(bytes), codec().version() + 1))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  @SuppressWarnings("NullAway")
  void encode_null_throwsUnchecked() {
    assertThatThrownBy(() -> codec().encode(null)).isInstanceOf(RuntimeException.class);
  }

  @Test
  void codec_sharedByThreads_confusesNothing() throws Exception {
    Codec<T> shared = codec();
    List<T> values = values();
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        T value = values.get(i % values.size());
        tasks.add(() ->
            same(value, shared.decode(ByteBuffer.wrap(shared.encode(value)), shared.version())));
      }
      for (Future<Boolean> task : threads.invokeAll(tasks)) {
        assertThat(task.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }
}
