// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.Route;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The readers find what they are for. */
@Timeout(60)
class SwapReadersTest {
  private final Topology[] versions = SwapReaders.versions(100);

  @Test
  void objection_sourceWithoutACheckOfVersions_isNoticed() throws InterruptedException {
    AtomicReference<Topology> unchecked = new AtomicReference<>(versions[0]);
    ShardRouter router = ShardRouter.of(unchecked::get);
    try (SwapReaders readers = new SwapReaders(2, router::explain, v -> versions[(int) v - 1])) {
      readers.look();
      unchecked.set(versions[50]);
      readers.look();
      unchecked.set(versions[49]);
      readers.look();
      assertThat(readers.objection()).contains("orders v50").contains("after version 51");
    }
  }

  @Test
  void objection_versionAndOwnersOfTwoTopologies_isNoticed() throws InterruptedException {
    ShardRouter router = ShardRouter.of(() -> versions[1]);
    try (SwapReaders readers =
        new SwapReaders(
            1,
            key -> {
              Route of2 = router.explain(key);
              return new Route("orders", 1, of2.hash(), of2.slot(), of2.shard(), of2.pinned());
            },
            v -> versions[(int) v - 1])) {
      readers.look();
      assertThat(readers.objection()).contains("orders v1").contains("is not of");
    }
  }

  @Test
  void objection_nothingWrong_isNull() throws InterruptedException {
    ShardRouter router = ShardRouter.of(() -> versions[1]);
    try (SwapReaders readers = new SwapReaders(2, router::explain, v -> versions[(int) v - 1])) {
      readers.look();
      assertThat(readers.objection()).isNull();
    }
  }
}
