// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import dev.tenfold.core.mutants.SourceMutant;
import dev.tenfold.sharding.ShardRouter;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The checker finds what it looks for: each planted defect breaks the promise of a scope in a
 * script of the simulation. A defect whose code is no longer in the source fails too.
 */
class ScopeMutantsTest {
  private static final long SEEDS = 20_000;

  static Stream<Arguments> mutants() {
    return Stream.of(
        of(
            "a sample that was asked for before the operation ended is enough",
            "jdbc.ScopeState",
            "state.reached > seen.since",
            "state.reached >= seen.since"),
        of(
            "the floor is the cached position of the node that served the operation",
            "jdbc.ConnectionBinder",
            "scope.ended(route.node, route.began, nodes.started());",
            "scope.ended(route.node, route.began, route.isOnReplica()"
                + " ? Math.max(0, route.node.state().reached - 1) : nodes.started());"),
        of(
            "an operation counts before its commit, not after it",
            "jdbc.TransactionConnection",
            "boolean open = inTransaction; try { step.run(); endTransaction(); }"
                + " catch (SQLException failure) { if (commits) { endTransaction(); }"
                + " throw open && commits ? CommitUnknownException.of(where(), failure) : failure; }"
                + " finally { transactionOver(); }",
            "transactionOver(); step.run(); endTransaction();"),
        of(
            "reads on the primary do not count",
            "jdbc.RoutedConnection",
            "origin.binder.ended(bound, inTransaction());",
            "if (!boundReadOnly || isOnReplica()) { origin.binder.ended(bound, inTransaction()); }"),
        of(
            "unknown lag is no lag",
            "jdbc.NodeState",
            "this.reached = 0; this.freshAsOfNanos = PrimarySamples.NEVER; this.failure = failure;",
            "this.reached = Long.MAX_VALUE; this.freshAsOfNanos = Long.MAX_VALUE;"
                + " this.failure = null;"),
        of(
            "positions are compared without their timeline",
            "jdbc.LagProbe",
            "return timeline == other.timeline && cluster.equals(other.cluster);",
            "return cluster.equals(other.cluster);"),
        of(
            "a new connection is not asked which server it leads to",
            "jdbc.ConnectionBinder",
            "return known == null ? probe.firstSeen(node, connection, physical) : known;",
            "Seen blind = known == null ? new Seen(physical, node.state().server(), 0) : known;"
                + " node.seen.add(blind); return blind;"),
        of(
            "a new connection to the own node is not told from an old one",
            "jdbc.ConnectionBinder",
            "|| seen.hasLifeOf(borrowed.said)",
            "|| true"),
        of(
            "the own node stays the own one after an operation on another",
            "jdbc.ScopeState",
            "if (before.own != node || began < before.ownNumber) {",
            "if (before.own != null && before.own != node) {"
                + " return new Seen(Math.max(before.since, started), before.own,"
                + " before.ownNumber, before.ownHasServed); }"
                + " if (before.own != node || began < before.ownNumber) {"),
        of(
            "a token asks for its timeline only",
            "jdbc.NodeState",
            "&& Long.compareUnsigned(answer.position().offset(), required.offset()) >= 0;",
            ";"),
        of(
            "a token that cannot be compared asks for nothing",
            "jdbc.ReadWriteScope",
            "} else { state.justNow(nodes.started()); }",
            "}"),
        of(
            "a token is captured from a sample that was asked for too early",
            "jdbc.PrimarySamples",
            "return last != null && last.number > since ? last : null;",
            "return last;"),
        of(
            "a merged token asks for what the first one asks for",
            "jdbc.Token",
            "all.put(shard, before == null ? entry : before.max(entry));",
            "all.put(shard, before == null ? entry : before);"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("mutants")
  void checker_plantedDefect_findsAViolation(
      String defect, String file, String code, String instead, @TempDir Path directory)
      throws Exception {
    SourceMutant mutant = SourceMutant.of(directory, ShardRouter.class, file, code, instead);
    Class<?> simulation = mutant.loadClass(Simulation.class.getName());
    assertThat(simulation.getClassLoader()).isSameAs(mutant);
    var play = simulation.getMethod("firstFailure", long.class, long.class);

    assertThat((String) play.invoke(null, 0, SEEDS)).as(defect).isNotNull();
  }
}
