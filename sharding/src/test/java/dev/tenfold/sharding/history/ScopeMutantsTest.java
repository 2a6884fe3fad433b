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
            "state.reached > since",
            "state.reached >= since"),
        of(
            "the floor is the cached position of the node that served the operation",
            "jdbc.ConnectionBinder",
            "scope.ended(node, nodes.started());",
            "scope.ended(node, node == nodes.members().primary"
                + " ? nodes.started() : Math.max(0, node.state().reached - 1));"),
        of(
            "an operation counts before its commit, not after it",
            "jdbc.TransactionConnection",
            "boolean open = inTransaction; try { step.run(); endTransaction(); }"
                + " catch (SQLException failure) {"
                + " throw open && commits ? CommitUnknownException.of(where(), failure) : failure; }"
                + " finally { executed(); }",
            "executed(); step.run(); endTransaction();"),
        of(
            "reads on the primary do not count",
            "jdbc.RoutedConnection",
            "if (current != null && where != null) {",
            "if (current != null && where != null && (!boundReadOnly || isOnReplica())) {"),
        of(
            "unknown lag is no lag",
            "jdbc.NodeState",
            "return new NodeState(nextQuestion, reading, 0, PrimarySamples.NEVER, why);",
            "return new NodeState(nextQuestion, reading, Long.MAX_VALUE, Long.MAX_VALUE, null);"),
        of(
            "positions are compared without their timeline",
            "jdbc.LagProbe",
            "return timeline == other.timeline && cluster.equals(other.cluster);",
            "return cluster.equals(other.cluster);"),
        of(
            "a new connection is not asked which server it leads to",
            "jdbc.ConnectionBinder",
            "return known == null ? probe.firstSeen(node, connection, physical) : known;",
            "return known == null ? new Seen(physical, node.state().server(), 0) : known;"),
        of(
            "a new connection to the own node is not told from an old one",
            "jdbc.ConnectionBinder",
            "return known != null && known.number <= since;",
            "return true;"),
        of(
            "the own node stays the own one after an operation on another",
            "jdbc.ScopeState",
            "long own = isOwn(before, node) ? node.number : 0;",
            "long own = before & NODE_MASK;"),
        of(
            "a token asks for its timeline only",
            "jdbc.ScopeState",
            "&& Long.compareUnsigned(reading.position().offset(), required.offset) >= 0;",
            ";"),
        of(
            "a token that cannot be compared asks for nothing",
            "jdbc.ReadWriteScope",
            "} else { state.justNow(nodes.started()); }",
            "}"),
        of(
            "a token is captured from a sample that was asked for too early",
            "jdbc.LagProber",
            "PrimarySamples.Sample sample = nodes.samples().latest();"
                + " if (sample != null && sample.number() > since) {",
            "PrimarySamples.Sample sample = nodes.samples().latest(); if (sample != null) {"),
        of(
            "a merged token asks for what the first one asks for",
            "jdbc.Token",
            "all.put(shard, before == null ? entry : max(before, entry));",
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
