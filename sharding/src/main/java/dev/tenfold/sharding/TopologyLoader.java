// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

/**
 * Fetches the text of a topology from where it is kept: {@link TopologyFile} from a file, {@code
 * jdbc.TopologyTable} from a table, a lambda from anywhere else. A {@link TopologyWatch} asks it
 * again and again.
 *
 * <pre>{@code
 * TopologyLoader loader = () -> consul.value("orders/topology");
 * }</pre>
 *
 * <p>A loader answers what is there now, changed or not, and keeps nothing. It may block: it should
 * bound its own waiting, because nobody ends a load that hangs. Where several copies of the text
 * exist it reads the one that is written to; a copy that trails behind shows versions that go back.
 *
 * <p>Called by one thread at a time, not always the same one. Messages of the watch name it by its
 * {@code toString}, unless it is a lambda.
 */
@FunctionalInterface
public interface TopologyLoader {

  /**
   * Fetches the text.
   *
   * @return the {@linkplain Topology#text() canonical text} of a topology, not null
   * @throws Exception if there is none, or it cannot be fetched
   */
  String load() throws Exception;
}
