// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link TopologySource} that follows something keeps. */
@Timeout(120)
public abstract class TopologySourceContract {
  private static final int SWAPS = 10_000;
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();

  /** Creates the contract. */
  protected TopologySourceContract() {}

  /**
   * Returns what is tested: a new source.
   *
   * @param first the topology that it has begun with
   * @return the source
   */
  protected abstract TopologySource source(Topology first);

  /**
   * Shows the source another topology, and returns when it has taken or refused that.
   *
   * @param topology such as somebody published by mistake, perhaps
   */
  protected abstract void offer(Topology topology);

  @Test
  void current_nothingOffered_isTheFirst() {
    TopologySource source = source(V1);
    assertThat(source.current().checksum()).isEqualTo(V1.checksum());
    assertThat(source.current()).isSameAs(source.current());
  }

  @Test
  void current_newerOffered_isTheNewer() {
    TopologySource source = source(V1);
    offer(V2);
    assertThat(source.current().checksum()).isEqualTo(V2.checksum());
  }

  @Test
  void current_versionsLeftOut_isTheNewest() {
    TopologySource source = source(V1);
    Topology v4 = V2.evolve().add("c", 1).build().evolve().remove("a").build();
    offer(v4);
    assertThat(source.current().checksum()).isEqualTo(v4.checksum());
  }

  @Test
  void current_olderOffered_staysTheNewer() {
    TopologySource source = source(V1);
    offer(V2);
    offer(V1);
    assertThat(source.current().checksum()).isEqualTo(V2.checksum());
  }

  @Test
  void current_anotherOfTheSameVersionOffered_staysTheFirst() {
    TopologySource source = source(V2);
    offer(V1.evolve().add("c", 1).build());
    assertThat(source.current().checksum()).isEqualTo(V2.checksum());
  }

  @Test
  void current_anotherNameOrNumberOfSlotsOffered_staysTheFirst() {
    TopologySource source = source(V1);
    offer(Topology.builder("users").slots(64).shard("a", 1).build().evolve().add("b", 1).build());
    offer(Topology.builder("orders").slots(32).shard("a", 1).build().evolve().add("b", 1).build());
    assertThat(source.current().checksum()).isEqualTo(V1.checksum());
  }

  @Test
  void current_tenThousandSwaps_readersSeeWholeVersionsThatNeverGoBack()
      throws InterruptedException {
    Topology[] versions = SwapReaders.versions(SWAPS);
    TopologySource source = source(versions[0]);
    assertThat(objection(source, versions)).isNull();
    assertThat(source.current().version()).isEqualTo(SWAPS);
  }

  private @Nullable String objection(TopologySource source, Topology[] versions)
      throws InterruptedException {
    ShardRouter router = ShardRouter.of(source);
    Random random = new Random(42);
    try (SwapReaders readers = new SwapReaders(2, router::explain, v -> versions[(int) v - 1])) {
      readers.look();
      for (int i = 1; i < versions.length; i++) {
        offer(versions[i]);
        if (random.nextInt(16) == 0) {
          offer(versions[random.nextInt(i)]); // an old one, which is to be refused
        }
        if (random.nextInt(100) == 0) {
          readers.look();
        }
      }
      readers.look();
      return readers.objection();
    }
  }
}
