// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologySource;
import java.lang.management.ManagementFactory;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link TopologySource} that follows something, as tests. Extend the class, make a
 * source, and show it topologies.
 *
 * <ol>
 *   <li>The source returns the topology that it was shown last: the same object until the next one,
 *       never null, and never only a part of it.
 *   <li>A source never goes back to an older version, nor to another topology of the same version,
 *       another name or another number of slots.
 *   <li>Reading is cheap: it does not block, does no I/O and does not allocate.
 *   <li>Threads may share a source.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 120 seconds.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TopologySourceContract {
  private static final String NEVER_BACK = "a source never goes back to an older version";
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
    assertThat(source.current())
        .as("a source returns a topology from the beginning, never null")
        .isNotNull();
    assertCurrent("a source returns the topology that it began with", V1, source);
    assertThat(source.current())
        .as("a source returns the same object until the next topology")
        .isSameAs(source.current());
  }

  @Test
  void current_newerOffered_isTheNewer() {
    TopologySource source = source(V1);
    offer(V2);
    assertCurrent("a source follows a newer version", V2, source);
  }

  @Test
  void current_versionsLeftOut_isTheNewest() {
    TopologySource source = source(V1);
    Topology v4 = V2.evolve().add("c", 1).build().evolve().remove("a").build();
    offer(v4);
    assertCurrent("a source follows a newer version, also if versions were left out", v4, source);
  }

  @Test
  void current_olderOffered_staysTheNewer() {
    TopologySource source = source(V1);
    offer(V2);
    offer(V1);
    assertCurrent(NEVER_BACK, V2, source);
  }

  @Test
  void current_anotherOfTheSameVersionOffered_staysTheFirst() {
    TopologySource source = source(V2);
    offer(V1.evolve().add("c", 1).build());
    assertCurrent("a source keeps the first of two topologies of one version", V2, source);
  }

  @Test
  void current_anotherNameOrNumberOfSlotsOffered_staysTheFirst() {
    TopologySource source = source(V1);
    offer(Topology.builder("users").slots(64).shard("a", 1).build().evolve().add("b", 1).build());
    assertCurrent("a source keeps to one name", V1, source);
    offer(Topology.builder("orders").slots(32).shard("a", 1).build().evolve().add("b", 1).build());
    assertCurrent("a source keeps to one number of slots", V1, source);
  }

  @Test
  void current_anyTime_doesNotBlockNorAllocate() {
    TopologySource source = source(V1);
    offer(V2);
    Threads.doesNotWait("reading the topology does not block", source::current);

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 20; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1_000; i++) {
        source.current();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least)
        .as("reading the topology does not allocate (bytes for 1,000 reads)")
        .isLessThan(1_000);
  }

  @Test
  void current_tenThousandSwaps_readersSeeWholeVersionsThatNeverGoBack()
      throws InterruptedException {
    Topology[] versions = SwapReaders.versions(SWAPS);
    TopologySource source = source(versions[0]);
    assertThat(objection(source, versions))
        .as("readers see whole versions that never go back")
        .isNull();
    assertThat(source.current().version())
        .as("a source follows to the newest version")
        .isEqualTo(SWAPS);
  }

  private static void assertCurrent(String duty, Topology expected, TopologySource source) {
    assertThat(source.current().checksum())
        .as("%s (%s is in force)", duty, source.current())
        .isEqualTo(expected.checksum());
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
