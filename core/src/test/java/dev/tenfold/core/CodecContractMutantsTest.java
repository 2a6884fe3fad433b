// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenfold.core.contract.CodecContract;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong codecs, each of which the contract finds by the duty that it breaks. */
class CodecContractMutantsTest {

  /** A sound codec of text, of which each mutant gets one thing wrong. */
  static class Text implements Codec<String> {
    @Override
    public String id() {
      return "text";
    }

    @Override
    public int version() {
      return 1;
    }

    @Override
    public byte[] encode(String value) {
      return Codec.strings().encode(value);
    }

    @Override
    public String decode(ByteBuffer bytes, int version) {
      if (version != version()) {
        throw new IllegalArgumentException("version " + version);
      }
      return Codec.strings().decode(bytes, 0);
    }
  }

  abstract static class Contract extends CodecContract<String> {
    private final Codec<String> codec;

    Contract(Codec<String> codec) {
      this.codec = codec;
    }

    @Override
    protected Codec<String> codec() {
      return codec;
    }

    @Override
    protected List<String> values() {
      return List.of("TITLE 12", "", "zwölf", "ß".repeat(300));
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(new byte[] {(byte) 0xff});
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(CodecContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongCodec_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "id_isShortConstantAndPrintable",
      duty = "the id of a codec is 1 to 32 printable ASCII characters")
  static class LongId extends Contract {
    LongId() {
      super(
          new Text() {
            @Override
            public String id() {
              return "a codec of texts";
            }
          });
    }
  }

  @Breaks(test = "version_isConstantAndNotNegative", duty = "the version of a codec is 0 or more")
  static class NegativeVersion extends Contract {
    NegativeVersion() {
      super(
          new Text() {
            @Override
            public int version() {
              return -1;
            }
          });
    }
  }

  @Breaks(
      test = "decode_unknownVersion_throwsUnchecked",
      duty = "a codec refuses bytes of the unknown version")
  static class AnyVersion extends Contract {
    AnyVersion() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              return super.decode(bytes, 1);
            }
          });
    }
  }

  @Breaks(
      test = "decode_unknownVersion_throwsUnchecked",
      duty = "a codec refuses bytes of the unknown version -1")
  static class AnyOlderVersion extends Contract {
    AnyOlderVersion() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              return super.decode(bytes, Math.max(version, 1));
            }
          });
    }
  }

  @Breaks(
      test = "decode_malformedBytes_throwsUnchecked",
      duty = "a codec refuses bytes that are no value, such as ff")
  static class QuestionMarks extends Contract {
    QuestionMarks() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              super.decode(ByteBuffer.allocate(0), version);
              return UTF_8.decode(bytes).toString();
            }
          });
    }
  }

  @Breaks(
      test = "decode_readOnlyBuffer_isTheValue",
      duty = "a codec decodes from a read-only buffer")
  static class ArrayOnly extends Contract {
    ArrayOnly() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              int from = bytes.hasArray() ? bytes.arrayOffset() + bytes.position() : 0;
              byte[] array = bytes.hasArray() ? bytes.array() : new byte[bytes.remaining()];
              return super.decode(ByteBuffer.wrap(array, from, bytes.remaining()), version);
            }
          });
    }
  }

  @Breaks(
      test = "decode_partOfABuffer_readsFromPositionToLimitOnly",
      duty = "a codec decodes from the position of a buffer to its limit")
  static class WholeArray extends Contract {
    WholeArray() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              return super.decode(
                  bytes.hasArray() ? ByteBuffer.wrap(bytes.array()) : bytes, version);
            }
          });
    }
  }

  @Breaks(
      test = "decode_leavesTheBytesAlone",
      duty = "decode does not change the bytes that it reads")
  static class WipesWhatItRead extends Contract {
    WipesWhatItRead() {
      super(
          new Text() {
            @Override
            public String decode(ByteBuffer bytes, int version) {
              String value = super.decode(bytes.duplicate(), version);
              if (!bytes.isReadOnly()) {
                bytes.put(new byte[bytes.remaining()]);
              }
              return value;
            }
          });
    }
  }

  @Breaks(
      test = "encode_anotherValueLater_leavesTheBytesAlone",
      duty = "the bytes of one value do not change when the codec encodes another")
  static class OneArrayForAll extends Contract {
    OneArrayForAll() {
      super(
          new Text() {
            private final byte[] shared = new byte[1_000];

            @Override
            public byte[] encode(String value) {
              byte[] bytes = super.encode(value);
              Arrays.fill(shared, (byte) ' ');
              System.arraycopy(bytes, 0, shared, 0, bytes.length);
              return shared;
            }

            @Override
            public String decode(ByteBuffer bytes, int version) {
              return super.decode(bytes, version).stripTrailing();
            }
          });
    }
  }

  @Breaks(
      test = "codec_anyLocale_readsAndWritesTheSame",
      duty = "a codec reads and writes the same in every locale")
  static class LowerCase extends Contract {
    LowerCase() {
      super(
          new Text() {
            @Override
            @SuppressWarnings("StringCaseLocaleUsage") // the fault
            public byte[] encode(String value) {
              return super.encode(value.equals("title 12") ? value.toLowerCase() : value);
            }

            @Override
            @SuppressWarnings("StringCaseLocaleUsage") // the fault
            public String decode(ByteBuffer bytes, int version) {
              String value = super.decode(bytes, version);
              return value.toLowerCase(Locale.ROOT).equals(value.toLowerCase()) ? value : "other";
            }
          });
    }
  }

  @Breaks(test = "encode_null_throwsUnchecked", duty = "a codec refuses null")
  static class NullIsEmpty extends Contract {
    NullIsEmpty() {
      super(
          new Text() {
            @Override
            public byte[] encode(String value) {
              return value == null ? new byte[0] : super.encode(value);
            }
          });
    }
  }

  /** Missed in none of 200 runs on two busy cores. */
  @Breaks(test = "codec_sharedByThreads_confusesNothing", duty = "threads may share a codec")
  static class SharedScratch extends Contract {
    SharedScratch() {
      super(
          new Text() {
            private final byte[] scratch = new byte[1_000];

            @Override
            public byte[] encode(String value) {
              byte[] bytes = super.encode(value);
              for (int i = 0; i < bytes.length; i++) {
                scratch[i] = bytes[i];
              }
              return Arrays.copyOf(scratch, bytes.length);
            }
          });
    }
  }

  /** Decodes to an array that it still owns. */
  @Breaks(
      test = "decode_afterTheBufferIsReused_keepsTheValue",
      duty = "a decoded value does not change when its buffer is reused")
  static class KeepsTheBuffer extends CodecContract<byte[]> {
    @Override
    protected Codec<byte[]> codec() {
      return new Codec<>() {
        @Override
        public String id() {
          return "view";
        }

        @Override
        public int version() {
          return 0;
        }

        @Override
        public byte[] encode(byte[] value) {
          return value.clone();
        }

        @Override
        public byte[] decode(ByteBuffer bytes, int version) {
          return bytes.hasArray() && bytes.remaining() == bytes.array().length
              ? bytes.array()
              : Codec.bytes().decode(bytes, version);
        }
      };
    }

    @Override
    protected List<byte[]> values() {
      return List.of(new byte[] {1}, new byte[] {2, 3});
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of();
    }
  }
}
