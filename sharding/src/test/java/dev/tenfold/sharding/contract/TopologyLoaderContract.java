// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyLoader;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link TopologyLoader}, as tests. Extend the class, return a loader, and publish
 * topologies where it loads from.
 *
 * <ol>
 *   <li>A load returns the canonical text that is in force now, character by character, whether it
 *       changed or not. A loader keeps no copy.
 *   <li>If there is no text, or if it cannot be loaded, a load throws. It returns neither null nor
 *       an older text.
 *   <li>One thread at a time loads, but not always the same thread.
 * </ol>
 *
 * <p>Not tested: that a loader reads the copy that is written to, and that it limits its own waits.
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TopologyLoaderContract {
  private static final Topology V1 =
      Topology.builder("orders").slots(64).shard("a", 1).pin("κλειδί", "a").build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();
  private static final Topology V3 = V2.evolve().reweight("b", 2).build();
  private static final String IN_FORCE = "a load returns the canonical text that is in force now";

  /** Creates the contract. */
  protected TopologyLoaderContract() {}

  /**
   * Returns the loader under test.
   *
   * @return the same one, or an equal one, each time within a test
   * @throws Exception if it cannot be made
   */
  protected abstract TopologyLoader loader() throws Exception;

  /**
   * Publishes a topology, named "orders", where the loader loads from. The first one of a test
   * finds nothing there.
   *
   * @param topology the topology, a version later than the one before
   * @throws Exception if it cannot be published
   */
  protected abstract void publish(Topology topology) throws Exception;

  /**
   * Takes away what was published, or the place where it was.
   *
   * @throws Exception if it cannot be taken away
   */
  protected abstract void takeAway() throws Exception;

  @Test
  final void load_published_isTheCanonicalText() throws Exception {
    publish(V1);
    TopologyLoader loader = loader();

    assertThat(loader.load()).as(IN_FORCE).isEqualTo(V1.text());
    assertThat(loader.load()).as(IN_FORCE + ", changed or not").isEqualTo(V1.text());
  }

  @Test
  final void load_publishedAgain_isTheNewText() throws Exception {
    publish(V1);
    TopologyLoader loader = loader();
    loader.load();
    for (Topology next : new Topology[] {V2, V3}) {
      publish(next);
      assertThat(loader.load()).as(IN_FORCE + ": a loader keeps no copy").isEqualTo(next.text());
    }
  }

  @Test
  final void load_takenAway_throws() throws Exception {
    publish(V1);
    TopologyLoader loader = loader();
    loader.load();
    takeAway();

    assertThatThrownBy(
            loader::load, "a load throws if there is no text: neither null nor an older text")
        .isInstanceOf(Exception.class);
  }

  @Test
  final void load_nothingPublished_throws() throws Exception {
    TopologyLoader loader = loader();

    assertThatThrownBy(loader::load, "a load throws if there is no text yet")
        .isInstanceOf(Exception.class);
  }

  @Test
  final void load_onAnotherThread_isTheSameText() throws Exception {
    publish(V1);
    TopologyLoader loader = loader();
    loader.load();
    for (Topology next : new Topology[] {V2, V3}) {
      publish(next);
      FutureTask<String> load = new FutureTask<>(loader::load);
      new Thread(load, "another-loader").start();
      assertThat(load.get()).as(IN_FORCE + ", on whatever thread").isEqualTo(next.text());
    }
  }
}
