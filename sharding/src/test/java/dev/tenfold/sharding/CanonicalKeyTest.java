// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tenfold.core.StableHash;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CanonicalKeyTest {
  /** Keys of every type: several of each length, and some that are one key in two types. */
  private static final List<Object> KEYS =
      List.of(
          0L,
          42,
          BigInteger.valueOf(42),
          -1L,
          "",
          "é",
          "Ã©",
          "ab",
          new StringBuilder("ab"),
          new byte[] {'a', 'b'},
          "tenant-7",
          "tenant-8",
          "tenant-é",
          "tenant-77",
          new byte[] {42, 0, 0, 0, 0, 0, 0, 0},
          new byte[] {42, 0, 0, 0, 0, 0, 0},
          new byte[] {-61, -87},
          new UUID(7, 8),
          new UUID(7, 9),
          new UUID(6, 8),
          "sixteen bytes or",
          StableHash.canonical(new UUID(7, 8)),
          "ü".repeat(64),
          "\ud83d\ude00".repeat(32));

  @Test
  void is_anyTwoKeys_saysWhetherTheirBytesAreEqual() {
    for (Object one : KEYS) {
      CanonicalKey key = CanonicalKey.of(one);
      for (Object other : KEYS) {
        boolean same = Arrays.equals(StableHash.canonical(one), StableHash.canonical(other));
        assertThat(key.matches(other)).as("%s is %s", one, other).isEqualTo(same);
        assertThat(isByItsType(key, other)).as("%s is %s, typed", one, other).isEqualTo(same);
        assertThat(key.equals(CanonicalKey.of(other))).isEqualTo(same);
        assertThat(key.compareTo(CanonicalKey.of(other)) == 0).isEqualTo(same);
      }
    }
  }

  private static boolean isByItsType(CanonicalKey key, Object other) {
    if (other instanceof CharSequence text) {
      return key.matches(text);
    }
    if (other instanceof byte[] bytes) {
      return key.matches(bytes);
    }
    return other instanceof UUID uuid
        ? key.matches(uuid)
        : key.matches(((Number) other).longValue());
  }

  @Test
  void sameHash_anyHash_isThatOfAnotherKey() {
    for (Object key : KEYS) {
      UUID other = SameHash.of(StableHash.hash(key));
      assertThat(StableHash.hash(other)).isEqualTo(StableHash.hash(key));
      assertThat(CanonicalKey.of(key).matches(other)).isFalse();
    }
  }

  @Test
  void is_everyType_allocatesNothing() {
    Object[] keys = {
      Byte.MIN_VALUE,
      (short) 300,
      1_000_000,
      Long.MAX_VALUE,
      BigInteger.ONE.shiftLeft(40),
      "tenant-7",
      new StringBuilder("tenant-8"),
      new byte[] {1, 2, 3},
      new UUID(7, 8)
    };
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (Object given : keys) {
      CanonicalKey key = CanonicalKey.of(given);
      CanonicalKey other = CanonicalKey.of(SameHash.of(key.hash()));
      DirectoryStrategy directory = DirectoryStrategy.of(Map.of(given, new ShardId("s0")));
      Topology pinned = Topology.builder("one").shard("s0", 1).pin(given, "s0").build();
      ShardRouter router = ShardRouter.of(TopologySource.of(pinned));
      long allocated = Long.MAX_VALUE;
      for (int round = 0; round < 5; round++) { // the first rounds load and link classes
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          assertTrue(key.matches(given) && !other.matches(given));
          directory.route(given);
          router.route(given);
        }
        allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(allocated).as("bytes in 4,000 looks for %s", given).isLessThan(4000);
    }
  }

  @Test
  void toString_utf8OfVisibleCharacters_isTheText() {
    for (String text :
        List.of(
            "", "ab", "müller7", "zürich", "東京", "tenant-é", "\ud83d\ude00", "e\u0301", "a b")) {
      assertThat(CanonicalKey.of(text)).hasToString('"' + text + '"');
    }
    assertThat(CanonicalKey.of("\u00fc".getBytes(StandardCharsets.UTF_8))).hasToString("\"ü\"");
  }

  @Test
  void toString_otherBytes_areANumberAUuidOrHexadecimal() {
    assertThat(CanonicalKey.of(42)).hasToString("42");
    assertThat(CanonicalKey.of(-1L)).hasToString("-1");
    assertThat(CanonicalKey.of(new UUID(7, 8))).hasToString("00000000-0000-0007-0000-000000000008");
    assertThat(CanonicalKey.of(new byte[] {-61})).as("cut short").hasToString("0xc3");
    assertThat(CanonicalKey.of(new byte[] {-64, -128}))
        .as("too long for its value")
        .hasToString("0xc080");
    assertThat(CanonicalKey.of(new byte[] {-19, -96, -128}))
        .as("a surrogate")
        .hasToString("0xeda080");
    assertThat(CanonicalKey.of("ü".getBytes(StandardCharsets.ISO_8859_1))).hasToString("0xfc");
    for (String hidden :
        List.of("\n", "\u007f", "\u0085", "\u200b", "\u202e", "\ufeff", "\u2028", "\u2029")) {
      assertThat(CanonicalKey.of("a" + hidden).toString()).startsWith("0x61");
    }
  }

  @Test
  void of_tooManyBytes_isRefusedWithTheBeginning() {
    for (String text : List.of("x", "é", "東", "\ud83d\ude00")) {
      for (int pad = 0; pad < 2; pad++) {
        String key = "y".repeat(pad) + text.repeat(129);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> CanonicalKey.of(key))
            .withMessageStartingWith("length of key \"" + key.substring(0, 38))
            .withMessageEndingWith(
                text
                    + ("... is " + StableHash.canonical(key).length)
                    + " bytes; it must be at most 128");
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CanonicalKey.of(new byte[129]))
        .withMessage(
            "length of key 0x" + "0".repeat(38) + "... is 129 bytes; it must be at most 128");
  }
}
