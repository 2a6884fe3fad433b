// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * Loads the text of a topology from the place where it is kept: {@link TopologyFile} from a file,
 * {@code jdbc.TopologyTable} from a table, a lambda from any other place. A {@link TopologyWatch}
 * calls the loader periodically.
 *
 * <pre>{@code
 * TopologyLoader loader = () -> consul.value("orders/topology");
 * }</pre>
 *
 * <p><b>Guarantees</b> that an implementation gives. A load returns the text that is in force now,
 * whether it changed or not. A loader keeps no copy. Where several copies exist, a loader reads the
 * one that is written to: a replica shows versions that go back. The contract test {@code
 * TopologyLoaderContract} of this module's {@code tests} artifact tests these guarantees.
 *
 * <p><b>No guarantees.</b> A watch does not end a load that hangs. A loader can block, and limits
 * its own waits.
 *
 * <p>One thread at a time calls a loader, but not always the same thread. Messages of the watch
 * name the loader by its {@code toString}, unless it is a lambda.
 */
@FunctionalInterface
public interface TopologyLoader {

  /**
   * Loads the text.
   *
   * @return the {@linkplain Topology#text() canonical text} of a topology; not null
   * @throws Exception if there is no text, or the text cannot be loaded
   */
  String load() throws Exception;
}
