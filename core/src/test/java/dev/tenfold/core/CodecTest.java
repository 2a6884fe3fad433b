// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.contract.CodecContract;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class CodecTest {

  @Nested
  class Bytes extends CodecContract<byte[]> {
    @Override
    protected Codec<byte[]> codec() {
      return Codec.bytes();
    }

    @Override
    protected List<byte[]> values() {
      return List.of(new byte[] {1, -1, 0}, new byte[0], new byte[70_000]);
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of();
    }

    @Test
    void encode_returnsTheArrayItself() {
      byte[] value = {1, 2};

      assertThat(Codec.bytes().encode(value)).isSameAs(value);
    }
  }

  @Nested
  class Strings extends CodecContract<String> {
    @Override
    protected Codec<String> codec() {
      return Codec.strings();
    }

    @Override
    protected List<String> values() {
      return List.of("Grüße 😀", "", "\u0000\u007f\u0080\uffff", "x".repeat(70_000));
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(
          HexFormat.of().parseHex("ff"),
          HexFormat.of().parseHex("c3"),
          HexFormat.of().parseHex("c080"), // overlong
          HexFormat.of().parseHex("eda0bd")); // a surrogate
    }

    @Test
    void encode_unpairedSurrogate_isRefused() {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Codec.strings().encode("ab\ud83d"))
          .withMessageContaining("index 2");
    }
  }

  @Test
  void decode_otherVersion_namesBoth() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Codec.strings().decode(ByteBuffer.allocate(0), 3))
        .withMessage("codec utf-8 reads version 0, not 3");
  }
}
