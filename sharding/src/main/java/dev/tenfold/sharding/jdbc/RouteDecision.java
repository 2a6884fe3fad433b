// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.Map;
import java.util.Objects;

/**
 * Which node serves a connection, and why. A bound connection unwraps to its decision; {@link
 * ReadWriteDataSource#explain} returns the decision that a read would get now.
 *
 * <pre>{@code
 * connection.unwrap(RouteDecision.class).node();       // "r1"
 * orders.explain().rejected();                         // {r2=it is staler than the read accepts}
 * }</pre>
 *
 * @param node the id of the node; empty if the read would be refused
 * @param reason why this node
 * @param rejected the nodes that could not serve the read, each with the reason; only {@code
 *     explain} fills it
 */
public record RouteDecision(String node, Reason reason, Map<String, String> rejected) {

  /** Creates a decision. The parameters are those of the record. */
  public RouteDecision {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(reason, "reason");
    rejected = Map.copyOf(rejected);
  }

  /** Why a node serves a connection. */
  public enum Reason {
    /** The connection may write: the primary serves it. */
    WRITE,
    /** A replica that is fresh enough, and has what the scope wrote and read. */
    REPLICA,
    /** A replica of unknown staleness, because the primary is lost. */
    PRIMARY_LOST,
    /** The primary, because {@code ReadIntent.PRIMARY} was declared. */
    PRIMARY_INTENT,
    /** The primary, because a standby cannot serve SERIALIZABLE. */
    SERIALIZABLE,
    /** The primary, because no replica has what the scope wrote or read. */
    SCOPE,
    /** The primary, because no replica is fresh enough, or none gave a connection. */
    NO_REPLICA,
    /** No node: the read is refused. */
    REFUSED
  }
}
