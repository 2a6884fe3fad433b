// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import org.jspecify.annotations.Nullable;

/**
 * There is no topology, or this one cannot take the place of the one that is there: its source
 * failed, its text is no topology, or it contradicts what was published. What was there stays.
 */
public final class TopologyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception. Public for those who keep topologies elsewhere.
   *
   * @param message names the topologies with their versions and checksums
   * @param cause what the source threw, or null
   */
  public TopologyException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
