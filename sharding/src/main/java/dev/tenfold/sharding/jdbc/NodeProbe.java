// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import dev.tenfold.sharding.jdbc.SeenConnections.Seen;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Asks a node who it is and where its log is, and hands the answer to {@link Nodes}: in a probe,
 * through the connection that is held for that, and once through each physical connection that is
 * seen for the first time. A standby that was restored, replaced or recovered from a crash goes
 * back in time, and its old connections are dead: so what a connection says when it is new counts
 * more than what an earlier probe said.
 */
final class NodeProbe {
  private final Nodes nodes;
  private final LagProbe probe;
  private final int timeoutSeconds;

  NodeProbe(Nodes nodes, LagProbe probe, int timeoutSeconds) {
    this.nodes = nodes;
    this.probe = probe;
    this.timeoutSeconds = timeoutSeconds;
  }

  /**
   * Probes a node through its held connection. The caller has begun the probe of the node.
   *
   * @return whether the node has answered
   */
  boolean probe(Node node) {
    long question = node.nextQuestion();
    try {
      Statement statement = node.held.statement(nodes.nowNanos(), timeoutSeconds);
      if (node.probesItsPool()) {
        nodes.requireAutoCommit(node, node.held.autoCommit());
      }
      ask(node, question, statement);
      return true;
    } catch (SQLException | RuntimeException | Error failure) {
      node.held.release();
      nodes.failed(node, question, failure);
      return false;
    }
  }

  /**
   * Asks through a connection that was just borrowed from the pool of a node. A primary that cannot
   * be probed still serves: the server itself refuses what a standby cannot do.
   *
   * @param physical what stays the same when the pool lends the connection again
   * @throws SQLException if the server does not answer, or is a standby that cannot be probed
   */
  Seen firstSeen(Node node, Connection borrowed, Object physical) throws SQLException {
    long question = node.nextQuestion();
    long number = nodes.nextSample();
    String server;
    try {
      server = askBorrowed(node, question, borrowed).server();
    } catch (SQLException | RuntimeException failure) {
      nodes.failed(node, question, failure);
      if (node != nodes.members().primary || isConnectionLost(failure)) {
        throw failure;
      }
      server = "";
    } catch (Error failure) {
      nodes.failed(node, question, failure);
      throw failure;
    }
    Seen seen = new Seen(physical, server, number);
    node.seen.add(seen);
    return seen;
  }

  private static boolean isConnectionLost(Exception failure) {
    return failure instanceof SQLException lost && CommitUnknownException.isConnectionLost(lost);
  }

  @SuppressWarnings("try") // the bound holds from its opening to its close
  private Reading askBorrowed(Node node, long question, Connection borrowed) throws SQLException {
    boolean autoCommit = borrowed.getAutoCommit();
    if (!autoCommit) {
      borrowed.setAutoCommit(true);
    }
    try (NetworkBound bound = NetworkBound.of(borrowed, timeoutSeconds);
        Statement statement = borrowed.createStatement()) {
      statement.setQueryTimeout(timeoutSeconds);
      return ask(node, question, statement);
    } finally {
      if (!autoCommit) {
        borrowed.setAutoCommit(false);
      }
    }
  }

  private Reading ask(Node node, long question, Statement statement) throws SQLException {
    long sample = node.mayWrite ? nodes.nextSample() : 0;
    long askedNanos = nodes.nowNanos(); // before the question: the answer covers this moment
    Reading reading = withKnownServer(probe.read(statement), node.state().server());
    nodes.answered(node, question, sample, askedNanos, reading);
    return reading;
  }

  /** Keeps one object for one identity, so that comparing two connections compares references. */
  private static Reading withKnownServer(Reading reading, String known) {
    return reading.server().equals(known)
        ? new Reading(
            known,
            reading.standby(),
            reading.position(),
            reading.flushedOffset(),
            reading.flushDelay(),
            reading.pooled())
        : reading;
  }
}
