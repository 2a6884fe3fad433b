// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import dev.tenfold.core.StableHash;
import java.lang.management.ManagementFactory;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class KeyTest {
  /** Among them several of each length, and keys that are the same in another type. */
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
      Key key = Key.of(one);
      for (Object other : KEYS) {
        boolean same = Arrays.equals(StableHash.canonical(one), StableHash.canonical(other));
        assertThat(key.is(other)).as("%s is %s", one, other).isEqualTo(same);
        assertThat(isByItsType(key, other)).as("%s is %s, typed", one, other).isEqualTo(same);
        assertThat(key.equals(Key.of(other))).isEqualTo(same);
        assertThat(key.compareTo(Key.of(other)) == 0).isEqualTo(same);
      }
    }
  }

  private static boolean isByItsType(Key key, Object other) {
    if (other instanceof CharSequence text) {
      return key.is(text);
    }
    if (other instanceof byte[] bytes) {
      return key.is(bytes);
    }
    return other instanceof UUID uuid ? key.is(uuid) : key.is(((Number) other).longValue());
  }

  @Test
  void sameHash_anyHash_isThatOfAnotherKey() {
    for (Object key : KEYS) {
      UUID other = SameHash.of(StableHash.hash(key));
      assertThat(StableHash.hash(other)).isEqualTo(StableHash.hash(key));
      assertThat(Key.of(key).is(other)).isFalse();
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
      Key key = Key.of(given);
      Key other = Key.of(SameHash.of(key.hash()));
      DirectoryStrategy directory = DirectoryStrategy.of(Map.of(given, new ShardId("s0")));
      Topology pinned = Topology.builder("one").shard("s0", 1).pin(given, "s0").build();
      ShardRouter router = ShardRouter.of(TopologySource.of(pinned));
      long allocated = Long.MAX_VALUE;
      for (int round = 0; round < 5; round++) { // the first rounds link
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 1000; i++) {
          assertTrue(key.is(given) && !other.is(given));
          directory.route(given);
          router.route(given);
        }
        allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
      }
      assertThat(allocated).as("bytes in 4,000 looks for %s", given).isLessThan(4000);
    }
  }
}
