// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.StableHash;
import java.math.BigInteger;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModuloStrategyTest {

  @Test
  void place_anyHash_isTheUnsignedRemainder() {
    Random random = new Random(1);
    for (int i = 0; i < 100_000; i++) {
      long hash = random.nextLong();
      int places = 1 + random.nextInt(4_096);
      BigInteger unsigned = new BigInteger(Long.toUnsignedString(hash));

      assertThat(ModuloStrategy.place(hash, places))
          .isEqualTo(unsigned.mod(BigInteger.valueOf(places)).intValue());
    }
  }

  @Test
  void route_anyKey_isTheRemainderOfTheStableHash() {
    List<ShardId> shards = Counts.shards(7);
    ModuloStrategy modulo = ModuloStrategy.of(shards);

    assertThat(modulo.route(42))
        .isEqualTo(shards.get((int) Long.remainderUnsigned(StableHash.hash(42L), 7)));
    assertThat(modulo.route("user-7"))
        .isEqualTo(shards.get((int) Long.remainderUnsigned(StableHash.hash("user-7"), 7)));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 64, 100, 1_000})
  void route_numbersInSequence_spreadEvenly(int count) {
    List<ShardId> shards = Counts.shards(count);

    Counts.of(ModuloStrategy.of(shards), LongStream.range(0, 400_000))
        .assertFollow(shards.stream().collect(Collectors.toMap(Function.identity(), id -> 1)));
  }
}
