// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.nio.file.Path;

/**
 * The data of a {@link PostgresServer} at one moment, kept until the fixture is closed. {@link
 * PostgresServer#snapshot} takes it, {@link PostgresServer#restore} puts it back.
 *
 * <pre>{@code
 * PostgresSnapshot old = standby.snapshot();
 * ...                       // writes, which the standby replays
 * standby.restore(old);     // shows none of them until it has caught up
 * }</pre>
 *
 * <p><b>Guarantees.</b> A snapshot does not change, and can be restored more than once.
 *
 * <p><b>No guarantees.</b> A snapshot has no use after its fixture was closed.
 *
 * <p>Immutable and thread-safe. Takes as much space on disk as the data, about 40 MB for an empty
 * server.
 */
public final class PostgresSnapshot {
  private final Path copy;
  private final String name;

  PostgresSnapshot(Path copy, String name) {
    this.copy = copy;
    this.name = name;
  }

  Path copy() {
    return copy;
  }

  @Override
  public String toString() {
    return name;
  }
}
