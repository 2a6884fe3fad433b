// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.CharBuffer;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StableHashTest {

  /** Values of the reference implementation over its own test buffer: length, hash. */
  @Test
  void hash_referenceBufferOfAnyLength_isWhatXxhComputes() {
    byte[] buffer = referenceBuffer(8256);
    List<String[]> vectors = vectors("xxh3-64.tsv", 2);

    assertThat(vectors).hasSizeGreaterThan(500);
    for (String[] vector : vectors) {
      byte[] input = Arrays.copyOf(buffer, Integer.parseInt(vector[0]));
      assertThat(hex(StableHash.hash(input))).as("length %s", vector[0]).isEqualTo(vector[1]);
    }
  }

  private static byte[] referenceBuffer(int length) {
    byte[] buffer = new byte[length];
    long generator = 2654435761L;
    for (int i = 0; i < length; i++) {
      buffer[i] = (byte) (generator >>> 56);
      generator *= 0x9E3779B185EBCA8DL; // 11400714785074694797
    }
    return buffer;
  }

  /** Frozen: a line of this file never changes. Made by the reference implementation. */
  static Stream<String[]> goldenKeys() {
    return vectors("tenfold-h1.tsv", 3).stream();
  }

  @ParameterizedTest
  @MethodSource("goldenKeys")
  void hash_goldenKey_neverChanges(String type, String hash, String literal) {
    Object key =
        switch (type) {
          case "integer" -> Long.parseLong(literal);
          case "uuid" -> UUID.fromString(literal);
          case "bytes" -> HexFormat.of().parseHex(literal);
          case "text" -> literal;
          default -> throw new IllegalArgumentException(type);
        };

    assertThat(hex(StableHash.hash(key))).isEqualTo(hash);
    assertThat(hex(hashByOverload(key))).isEqualTo(hash);
  }

  private static long hashByOverload(Object key) {
    if (key instanceof Long integer) {
      return StableHash.hash(integer.longValue());
    }
    if (key instanceof String text) {
      return StableHash.hash(text);
    }
    return key instanceof UUID uuid ? StableHash.hash(uuid) : StableHash.hash((byte[]) key);
  }

  @Test
  void name_isFrozen() {
    assertThat(StableHash.NAME).isEqualTo("tenfold-h1");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, -1, 127, -128})
  void hash_sameIntegerOfAnyType_isTheSame(int value) {
    long expected = StableHash.hash((long) value);

    assertThat(
            Stream.<Object>of(
                    (byte) value, (short) value, value, (long) value, BigInteger.valueOf(value))
                .map(StableHash::hash))
        .containsOnly(expected);
    assertThat(StableHash.hash(value)).isEqualTo(expected);
  }

  @Test
  void hash_integer_isTheHashOfItsEightLittleEndianBytes() {
    assertThat(StableHash.hash(0x0807060504030201L))
        .isEqualTo(StableHash.hash(new byte[] {1, 2, 3, 4, 5, 6, 7, 8}));
  }

  @Test
  void hash_uuid_isTheHashOfItsBytesInTheOrderOfItsText() {
    UUID uuid = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

    assertThat(StableHash.hash(uuid))
        .isEqualTo(StableHash.hash(HexFormat.of().parseHex("00112233445566778899aabbccddeeff")));
  }

  @Test
  void hash_bigInteger_isTakenUpToTheRangeOfLong() {
    BigInteger most = BigInteger.valueOf(Long.MAX_VALUE);
    BigInteger least = BigInteger.valueOf(Long.MIN_VALUE);

    assertThat(StableHash.hash(most)).isEqualTo(StableHash.hash(Long.MAX_VALUE));
    assertThat(StableHash.hash(least)).isEqualTo(StableHash.hash(Long.MIN_VALUE));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(most.add(BigInteger.ONE)))
        .withMessageContaining("64 bits; it must have at most 63");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(least.subtract(BigInteger.ONE)));
  }

  @Test
  void isInteger_typesThatAreHashedAsEightBytes_andNoOthers() {
    BigInteger greatest = BigInteger.valueOf(Long.MAX_VALUE);

    assertThat(Stream.<Object>of((byte) 1, (short) 1, 1, 1L, greatest))
        .allMatch(StableHash::isInteger);
    assertThat(
            Stream.of(
                greatest.add(BigInteger.ONE), 1.0, "1", new byte[8], new UUID(0, 1), 'a', true))
        .noneMatch(StableHash::isInteger);
  }

  @Test
  void hash_asciiTextOfAnyLength_isTheHashOfItsBytes() {
    Random random = new Random(17);
    for (int length = 0; length < 1400; length++) {
      String text = ascii(random, length);
      long expected = StableHash.hash(text.getBytes(UTF_8));

      assertThat(StableHash.hash(text)).as("length %s", length).isEqualTo(expected);
      assertThat(StableHash.hash(new StringBuilder(text))).isEqualTo(expected);
      assertThat(StableHash.hash(CharBuffer.wrap("x" + text, 1, length + 1))).isEqualTo(expected);
    }
  }

  /** Includes characters whose lower or upper byte alone looks like ASCII. */
  @ParameterizedTest
  @ValueSource(chars = {'\u0080', '\u00ff', '\u0100', '\u0141', '\u4100', '\u4141', '\uff41'})
  void hash_oneOtherCharacterAnywhereInAscii_isTheHashOfItsUtf8(char other) {
    Random random = new Random(19);
    for (int length = 1; length <= 80; length++) {
      for (int at = 0; at < length; at++) {
        var text = new StringBuilder(ascii(random, length));
        text.setCharAt(at, other);

        String string = text.toString();
        long expected = StableHash.hash(string.getBytes(UTF_8));
        assertThat(StableHash.hash(string)).as("at %s of %s", at, length).isEqualTo(expected);
        assertThat(StableHash.hash(text)).isEqualTo(expected);
      }
    }
  }

  @Test
  void hash_anyText_isTheHashOfItsUtf8() {
    Random random = new Random(18);
    for (int i = 0; i < 3000; i++) {
      var text = new StringBuilder();
      int points = random.nextInt(i < 2900 ? 24 : 400);
      for (int point = 0; point < points; point++) {
        text.appendCodePoint(codePoint(random));
      }

      String string = text.toString();
      long expected = StableHash.hash(string.getBytes(UTF_8));
      assertThat(StableHash.hash(string)).as("text %s", text).isEqualTo(expected);
      assertThat(StableHash.hash(text)).isEqualTo(expected);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ud83d", "\ude00", "ab\ud83d", "\ud83dab", "\ude00\ud83d", "é\ude00é"})
  void hash_unpairedSurrogate_isRefusedWithItsIndex(String text) {
    int index = text.startsWith("ab") ? 2 : text.startsWith("é") ? 1 : 0;

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(text))
        .withMessageContaining("unpaired surrogate at index " + index);
  }

  /** Text of the maximum length, three bytes per character. */
  private record Characters(int length, char each) implements CharSequence {
    @Override
    public char charAt(int index) {
      return each;
    }

    @Override
    public CharSequence subSequence(int start, int end) {
      return new Characters(end - start, each);
    }
  }

  @Test
  void hash_textThatNoArrayHolds_isRefusedWithItsBytes() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(new Characters(715_827_883, '日')))
        .withMessage("length of text in UTF-8 bytes is 2147483649; it must be at most 2147483639");
  }

  @Test
  void hash_normalizationForms_areDifferentKeys() {
    assertThat(StableHash.hash("\u00e9")).isNotEqualTo(StableHash.hash("e\u0301"));
  }

  static Stream<Object> keysWithoutCanonicalForm() {
    return Stream.of(
        1.0,
        1.0f,
        new BigDecimal("1.0"),
        'a',
        true,
        Thread.State.NEW,
        LocalDate.EPOCH,
        new AtomicLong(1),
        new int[] {1},
        new char[] {'a'},
        List.of("a"),
        new Object());
  }

  @ParameterizedTest
  @MethodSource("keysWithoutCanonicalForm")
  void hash_keyWithoutCanonicalForm_isRefusedWithItsType(Object key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(key))
        .withMessageContaining(key.getClass().getName())
        .withMessageContaining("tenfold-h1");
  }

  @ParameterizedTest
  @CsvSource({"java.lang.Double, 1.5", "java.lang.Float, NaN", "java.lang.Boolean, true"})
  void hash_plainValueWithoutCanonicalForm_isRefusedWithIt(String type, String value)
      throws ReflectiveOperationException {
    Object key = Class.forName(type).getMethod("valueOf", String.class).invoke(null, value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.hash(key))
        .withMessageContaining("a key of type " + type + ", " + value + ".");
  }

  @Test
  void hash_null_isRefused() {
    assertThatNullPointerException()
        .isThrownBy(() -> StableHash.hash((Object) null))
        .withMessageContaining("null key");
  }

  @Test
  void canonical_anyKey_areTheBytesThatAreHashed() {
    Object[] keys = {
      (byte) -1,
      (short) 300,
      -1,
      1L << 40,
      BigInteger.TEN.negate(),
      "",
      "ascii",
      "Straße \uD83D\uDE80",
      new StringBuilder("text"),
      new UUID(0x0123456789abcdefL, -2),
      new byte[] {0, -1, 7}
    };
    for (Object key : keys) {
      assertThat(StableHash.hash(StableHash.canonical(key)))
          .as("%s", key)
          .isEqualTo(StableHash.hash(key));
    }
    assertThat(StableHash.canonical(-2)).containsExactly(-2, -1, -1, -1, -1, -1, -1, -1);
    assertThat(StableHash.canonical((short) 1)).isEqualTo(StableHash.canonical(BigInteger.ONE));
    assertThat(StableHash.canonical("ü")).isEqualTo("ü".getBytes(UTF_8));
  }

  @Test
  void canonical_bytes_areACopy() {
    byte[] key = {1, 2};
    StableHash.canonical(key)[0] = 9;

    assertThat(key).containsExactly(1, 2);
  }

  @ParameterizedTest
  @MethodSource("keysWithoutCanonicalForm")
  void canonical_keyWithoutCanonicalForm_isRefusedWithItsType(Object key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StableHash.canonical(key))
        .withMessageContaining("tenfold-h1")
        .withMessageContaining(key.getClass().getName());
  }

  @Test
  void hash_longAndAsciiText_allocatesNothing() {
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    String[] texts = {"user:42", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "x".repeat(300)};
    long sum = 0;
    long allocated = Long.MAX_VALUE;
    for (int round = 0; round < 5; round++) { // the first rounds link and compile
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 10_000; i++) {
        sum += StableHash.hash(sum + i);
        for (String text : texts) {
          sum += StableHash.hash(text);
        }
      }
      allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
    }

    assertThat(allocated).as("bytes in 40,000 calls, sum %s", sum).isLessThan(10_000);
  }

  private static String ascii(Random random, int length) {
    return random
        .ints(length, 0, 128)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static int codePoint(Random random) {
    int point =
        switch (random.nextInt(4)) {
          case 0 -> random.nextInt(0x80);
          case 1 -> random.nextInt(0x800);
          case 2 -> random.nextInt(0x10000);
          default -> random.nextInt(0x110000);
        };
    return Character.getType(point) == Character.SURROGATE ? 0x20AC : point;
  }

  private static String hex(long hash) {
    return HexFormat.of().toHexDigits(hash);
  }

  private static List<String[]> vectors(String resource, int columns) {
    try (InputStream in = StableHashTest.class.getResourceAsStream(resource)) {
      String text = new String(in.readAllBytes(), UTF_8);
      return text.lines().map(line -> line.split("\t", columns)).toList();
    } catch (IOException e) {
      throw new AssertionError(resource, e);
    }
  }
}
