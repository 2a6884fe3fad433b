// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import org.jspecify.annotations.Nullable;

/**
 * Thrown if there is no topology, or if a topology cannot follow the one in force: the source
 * failed, the text is no topology, or the topology contradicts what was published.
 *
 * <p><b>Guarantees.</b> The topology in force before stays in force.
 *
 * <p><b>No guarantees.</b> The wording of messages can change with a release.
 */
public final class TopologyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates an exception. Public for programs that keep topologies in a place of their own.
   *
   * @param message names the topologies with their versions and checksums
   * @param cause the exception of the source, or null
   */
  public TopologyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
