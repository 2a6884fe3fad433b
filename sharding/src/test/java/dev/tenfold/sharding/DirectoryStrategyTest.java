// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class DirectoryStrategyTest {
  private static final ShardId EU = new ShardId("eu");
  private static final ShardId US = new ShardId("us");

  @Test
  void route_listedKey_answersItsShard() {
    UUID uuid = new UUID(1, 2);
    DirectoryStrategy directory =
        DirectoryStrategy.of(Map.of("acme", EU, 42, US, uuid, US, "日本", EU, -1L, EU));

    assertThat(directory.route("acme")).isEqualTo(EU);
    assertThat(directory.route(new StringBuilder("acme"))).isEqualTo(EU);
    assertThat(directory.route("acme".getBytes(StandardCharsets.US_ASCII))).isEqualTo(EU);
    assertThat(directory.route(42)).isEqualTo(US);
    assertThat(directory.route((Object) (byte) 42)).isEqualTo(US);
    assertThat(directory.route(uuid)).isEqualTo(US);
    assertThat(directory.route("日本")).isEqualTo(EU);
    assertThat(directory.route(-1)).isEqualTo(EU);
    assertThat(directory.shards()).containsExactly(EU, US);
  }

  @Test
  void route_unknownKey_isRefusedByName() {
    DirectoryStrategy directory = DirectoryStrategy.of(Map.of("acme", EU));

    for (Object key : List.of("Acme", "acme ", "", 42, new UUID(0, 0), new byte[] {1})) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> directory.route(key))
          .withMessageContaining(ShardKeys.display(key))
          .withMessageContaining("no default shard");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> directory.route(42L))
        .withMessageContaining("42");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> directory.route("x".repeat(10_000)))
        .withMessageContaining("...");
  }

  @Test
  void route_unlistedKeyOfAListedHash_isRefused() {
    DirectoryStrategy directory = DirectoryStrategy.of(Map.of("acme", EU));
    UUID other = SameHash.of(StableHash.hash("acme"));
    long seven = 7;
    DirectoryStrategy numbers = DirectoryStrategy.of(Map.of(SameHash.of(StableHash.hash(7L)), EU));

    assertThatIllegalArgumentException().isThrownBy(() -> directory.route(other));
    assertThatIllegalArgumentException().isThrownBy(() -> numbers.route(seven));
    assertThatIllegalArgumentException().isThrownBy(() -> numbers.route((Object) seven));
  }

  @Test
  void route_manyKeys_findsEach() {
    Map<Object, ShardId> entries = new HashMap<>();
    for (long i = 0; i < 50_000; i++) {
      entries.put(i % 2 == 0 ? i : "tenant-" + i, new ShardId("s" + i % 100));
    }
    DirectoryStrategy directory = DirectoryStrategy.of(entries);

    entries.forEach((key, shard) -> assertThat(directory.route(key)).isEqualTo(shard));
  }

  @Test
  void of_mapChangedAfterwards_isNotFollowed() {
    Map<String, ShardId> entries = new HashMap<>(Map.of("acme", EU));
    DirectoryStrategy directory = DirectoryStrategy.of(entries);
    entries.put("acme", US);

    assertThat(directory.route("acme")).isEqualTo(EU);
  }

  @Test
  void of_oneKeyInTwoTypes_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DirectoryStrategy.of(Map.of(1, EU, 1L, US)))
        .withMessageContaining("keys 1 and 1 ");
  }

  @Test
  void of_twoKeysOfOneHash_isRefused() {
    UUID other = SameHash.of(StableHash.hash("acme"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DirectoryStrategy.of(Map.of("acme", EU, other, US)))
        .withMessageContainingAll("\"acme\"", other.toString(), "the same hash");
  }

  @Test
  void of_moreShardsThanAStrategyTakes_isRefused() {
    Map<Long, ShardId> entries = new HashMap<>();
    for (long i = 0; i < 4_097; i++) {
      entries.put(i, new ShardId("s" + i));
    }

    assertThatIllegalArgumentException()
        .isThrownBy(() -> DirectoryStrategy.of(entries))
        .withMessageContainingAll("4097", "4096");
    entries.remove(0L);
    assertThat(DirectoryStrategy.of(entries).shards()).hasSize(4_096);
  }

  @Test
  void of_badEntries_areRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> DirectoryStrategy.of(Map.of()));
    assertThatIllegalArgumentException().isThrownBy(() -> DirectoryStrategy.of(Map.of(1.5, EU)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> DirectoryStrategy.of(Map.of("x".repeat(129), EU)))
        .withMessageStartingWith("length of key \"xxx")
        .withMessageEndingWith("is 129 bytes; it must be at most 128");
    assertThatNullPointerException()
        .isThrownBy(() -> DirectoryStrategy.of(Collections.singletonMap(null, EU)));
    assertThatNullPointerException()
        .isThrownBy(() -> DirectoryStrategy.of(Collections.singletonMap("acme", null)));
  }
}
