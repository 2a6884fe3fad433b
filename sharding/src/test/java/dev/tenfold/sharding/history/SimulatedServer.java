// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A database server of a simulation: a log of transactions, a position in it up to which readers
 * see them, and the ways in which servers break. Confined to one thread.
 */
final class SimulatedServer {
  private static final Duration FLUSH_DELAY = Duration.ofMillis(600);
  private static final long FIRST_POSITION = 100;
  private static final long VERSIONS_PER_TIMELINE = 10_000;

  final String name;
  final Set<Integer> locked = new HashSet<>();
  private List<Entry> log = new ArrayList<>();
  private final Map<Integer, Long> visible = new HashMap<>();
  private long timeline = 1;
  private long position = FIRST_POSITION;
  private boolean standby;
  private boolean alive = true;
  private boolean answersProbes = true;
  private int starts = 1;
  private int life = 1;

  /** A transaction that is visible from a position on. */
  private record Entry(long position, Map<Integer, Long> versions) {}

  SimulatedServer(String name, boolean standby) {
    this.name = name;
    this.standby = standby;
  }

  boolean isStandby() {
    return standby;
  }

  boolean isAlive() {
    return alive;
  }

  /** Returns a number that changes when all connections of the server are lost. */
  int life() {
    return life;
  }

  long position() {
    return position;
  }

  long version(int register) {
    return visible.getOrDefault(register, 0L);
  }

  /** Returns the version of the next write. None that a failover lost is used again. */
  long nextVersion(int register) {
    return Math.max(version(register) + 1, timeline * VERSIONS_PER_TIMELINE);
  }

  Map<Integer, Long> versions() {
    return new HashMap<>(visible);
  }

  // The log.

  /** Lets the log grow by something that no reader sees. */
  void fill(long bytes) {
    position += bytes;
  }

  void commit(Map<Integer, Long> versions) {
    position += 10;
    log.add(new Entry(position, Map.copyOf(versions)));
    visible.putAll(versions);
  }

  /** Replays the log of another server up to a position, if both are of one history. */
  void replay(SimulatedServer primary, long upTo) {
    if (primary.timeline == timeline && upTo > position) {
      log = new ArrayList<>(primary.log);
      goTo(upTo);
    }
  }

  private void goTo(long upTo) {
    position = upTo;
    log.removeIf(entry -> entry.position > upTo);
    visible.clear();
    log.forEach(entry -> visible.putAll(entry.versions));
  }

  // Faults.

  /** Recovers from a crash of one process: the same server, at an earlier position. */
  void crashBackTo(long earlier) {
    life++;
    goTo(Math.max(FIRST_POSITION, Math.min(earlier, position)));
  }

  void kill() {
    alive = false;
    life++;
    locked.clear();
  }

  void promote(long toTimeline) {
    standby = false;
    timeline = toTimeline;
  }

  /** Is rebuilt as a standby of another server. */
  void follow(SimulatedServer primary) {
    alive = true;
    standby = true;
    starts++;
    life++;
    timeline = primary.timeline;
    log = new ArrayList<>(primary.log);
    goTo(primary.position);
  }

  void answerProbes(boolean answers) {
    answersProbes = answers;
  }

  Reading reading() throws SQLException {
    if (!answersProbes) {
      throw new SQLException("the server does not know its replay location", "55000");
    }
    return new Reading(
        name + "/" + starts,
        standby,
        new Position("c", timeline, position),
        position,
        FLUSH_DELAY,
        false);
  }
}
