// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Write;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a scope has written and read by some moment, with what its tokens bring. From it follows
 * what a read that binds later has to see.
 */
final class Knowledge {
  /** The node of what happened on no node of the scope. */
  private static final String NOWHERE = "";

  private final Acknowledged acknowledged;
  private final Map<Integer, List<Seen>> seen = new HashMap<>();
  private final Map<String, Long> latestByNode = new HashMap<>();

  /**
   * A version that must be seen again.
   *
   * @param acknowledgedAt when its transaction was acknowledged to its own client
   * @param at when the scope wrote or saw it
   * @param own whether the scope wrote it, or the scope of a token did
   */
  record Seen(long version, long acknowledgedAt, long at, boolean own) {}

  Knowledge(Acknowledged acknowledged) {
    this.acknowledged = acknowledged;
  }

  Knowledge copy() {
    Knowledge copy = new Knowledge(acknowledged);
    copy.add(this);
    return copy;
  }

  /** Adds what another scope knows. */
  void add(Knowledge other) {
    other.seen.forEach((register, versions) -> versions.forEach(one -> add(register, one)));
    other.latestByNode.forEach(this::operated);
  }

  /** Notes that an operation began on a node at some moment, and has ended. */
  void operated(String node, long begin) {
    latestByNode.merge(node, begin, Math::max);
  }

  /** Notes that all that was acknowledged by some moment counts as written just now. */
  void justNow(long at) {
    operated(NOWHERE, at);
  }

  /** Notes a transaction of the scope that was acknowledged. */
  void wrote(Write write) {
    write
        .versions()
        .forEach((register, version) ->
            add(register, new Seen(version, write.end(), write.end(), true)));
  }

  /** Notes a version that a read showed, and with it the whole transaction that wrote it. */
  void saw(int register, long version, long at) {
    Write write = acknowledged.of(register, version);
    if (write != null) {
      write
          .versions()
          .forEach((other, itsVersion) -> add(other, new Seen(itsVersion, write.end(), at, false)));
    }
  }

  /** Keeps what can still be the highest at some later moment. */
  private void add(int register, Seen added) {
    List<Seen> versions = seen.computeIfAbsent(register, r -> new ArrayList<>());
    for (Seen one : versions) {
      if (one.version >= added.version
          && one.acknowledgedAt <= Math.max(added.acknowledgedAt, added.at)
          && acknowledged.isKept(register, one.version, one.acknowledgedAt, added.at)) {
        return;
      }
    }
    versions.removeIf(one ->
        one.version <= added.version
            && added.acknowledgedAt <= Math.max(one.acknowledgedAt, added.at));
    versions.add(added);
  }

  /** Returns the highest version that a read that binds at some moment has to see. */
  @Nullable Seen required(int register, long bound) {
    Seen highest = null;
    for (Seen one : seen.getOrDefault(register, List.of())) {
      if (one.acknowledgedAt <= bound
          && (highest == null || one.version > highest.version)
          && acknowledged.isKept(register, one.version, one.acknowledgedAt, bound)) {
        highest = one;
      }
    }
    return highest;
  }

  /**
   * Returns the latest moment at which an operation began that has ended on another node; minus one
   * if there is none.
   */
  long latestElsewhere(String node) {
    long latest = -1;
    for (Map.Entry<String, Long> entry : latestByNode.entrySet()) {
      if (!entry.getKey().equals(node)) {
        latest = Math.max(latest, entry.getValue());
      }
    }
    return latest;
  }
}
