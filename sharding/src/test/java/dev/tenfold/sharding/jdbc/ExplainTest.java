// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.of;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.ReadIntent;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code explain} says is what a binding gets, in every state of the nodes and the thread. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ExplainTest {
  private static final String NO_SCOPE = "no scope";

  private static final Map<String, Consumer<StubCluster>> STATES = states();
  private static final Map<String, String> SCOPES = scopes();

  private final Set<Reason> reasonsSeen = EnumSet.noneOf(Reason.class);

  private static Map<String, Consumer<StubCluster>> states() {
    Map<String, Consumer<StubCluster>> states = new LinkedHashMap<>();
    states.put("healthy", cluster -> cluster.round());
    states.put("one replica is unreachable", cluster -> after(1, cluster, cluster.r1));
    states.put("no replica is reachable", cluster -> after(1, cluster, cluster.r1, cluster.r2));
    states.put(
        "replicas stand still",
        cluster -> {
          cluster.probe.at(cluster.primary, 600);
          after(12, cluster);
        });
    states.put(
        "replicas refuse connections",
        cluster -> {
          cluster.round();
          cluster.r1.failing("getConnection");
          cluster.r2.failing("getConnection");
        });
    states.put("primary missed a round", cluster -> after(1, cluster, cluster.primary));
    states.put("primary is lost", cluster -> after(2, cluster, cluster.primary));
    states.put("primary is lost for long", cluster -> after(20, cluster, cluster.primary));
    states.put(
        "all are lost", cluster -> after(20, cluster, cluster.primary, cluster.r1, cluster.r2));
    states.put(
        "primary is lost and put aside",
        cluster -> {
          after(20, cluster, cluster.primary, cluster.r1, cluster.r2);
          cluster.primary.failing("getConnection");
        });
    states.put(
        "primary is a standby",
        cluster -> {
          cluster.probe.at(cluster.primary, 100, true);
          after(1, cluster);
        });
    states.put(
        "another server was promoted",
        cluster -> {
          cluster.follow(cluster.r1, 2, 110);
          after(1, cluster);
        });
    states.put(
        "a replica was promoted",
        cluster -> {
          cluster.promote(cluster.r1, 2, 110);
          after(1, cluster);
        });
    states.put(
        "a replica is of another cluster",
        cluster -> {
          cluster.probe.at(cluster.r1, new Position("stranger", 1, 100), true);
          after(1, cluster);
        });
    return states;
  }

  private static void after(int rounds, StubCluster cluster, StubPool... unreachable) {
    for (StubPool pool : unreachable) {
      cluster.probe.unreachable(pool);
    }
    for (int i = 0; i < rounds; i++) {
      cluster.round();
    }
  }

  private static Map<String, String> scopes() {
    Map<String, String> tokens = new LinkedHashMap<>();
    tokens.put(NO_SCOPE, NO_SCOPE);
    tokens.put("a scope", null);
    tokens.put("just now", Tokens.JUST_NOW);
    tokens.put("a token that was replayed", Token.of(new Position("c", 1, 50)).text());
    tokens.put("a token that was not replayed", Token.of(new Position("c", 1, 500)).text());
    tokens.put("a token of the timeline to come", Token.of(new Position("c", 2, 50)).text());
    tokens.put("a token of another cluster", Token.of(new Position("x", 1, 50)).text());
    return tokens;
  }

  static Stream<Arguments> options() {
    Map<String, UnaryOperator<ReadWriteDataSource.Builder>> options = new LinkedHashMap<>();
    options.put("defaults", builder -> builder);
    options.put("onNoReplica(FAIL)", builder -> builder.onNoReplica(NoReplica.FAIL));
    options.put("no stale reads", builder -> builder.staleReadsWhenPrimaryLost(false));
    return STATES.keySet().stream()
        .flatMap(
            state -> options.entrySet().stream().map(o -> of(state, o.getKey(), o.getValue())));
  }

  @ParameterizedTest(name = "{0}, {1}")
  @MethodSource("options")
  void explain_everyState_isTheDecisionOfABinding(
      String state, String name, UnaryOperator<ReadWriteDataSource.Builder> options)
      throws SQLException {
    for (Map.Entry<String, String> scope : SCOPES.entrySet()) {
      for (ReadIntent intent : ReadIntent.values()) {
        for (Duration staleness :
            new Duration[] {Duration.ofDays(1), Duration.ofMillis(1), Duration.ZERO}) {
          String as = scope.getKey() + ", " + intent + ", at most " + staleness;
          try (StubCluster cluster = new StubCluster(options)) {
            STATES.get(state).accept(cluster);
            CheckedSupplier<Object, SQLException> compare =
                () -> {
                  compare(cluster.dataSource, as);
                  return as;
                };
            CheckedSupplier<Object, SQLException> bounded =
                staleness.isZero() ? compare : () -> Staleness.atMost(staleness).call(compare);
            inScope(cluster.dataSource, scope.getValue(), () -> intent.call(bounded));
          }
        }
      }
    }
  }

  private static void inScope(
      ReadWriteDataSource dataSource, String token, CheckedSupplier<Object, SQLException> step)
      throws SQLException {
    if (NO_SCOPE.equals(token)) {
      step.get();
      return;
    }
    try (ConsistencyScope scope = dataSource.openScope(token)) {
      step.get();
    }
  }

  /** The first bindings ask the new connections, and find out which pools refuse. */
  private void compare(ReadWriteDataSource dataSource, String as) throws SQLException {
    for (int i = 0; i < 3; i++) {
      binding(dataSource);
    }
    RouteDecision explained = dataSource.explain();
    RouteDecision bound = binding(dataSource);
    if (bound == null) {
      assertThat(explained.node()).as(as).isEqualTo("primary");
      return;
    }
    assertThat(explained.reason()).as(as).isEqualTo(bound.reason());
    if (bound.reason() == Reason.REPLICA || bound.reason() == Reason.PRIMARY_LOST) {
      assertThat(explained.node()).as(as).isNotEmpty(); // a random one
    } else {
      assertThat(explained.node()).as(as).isEqualTo(bound.node());
    }
    reasonsSeen.add(bound.reason());
  }

  /** Returns the decision of a binding; null if the pool of the primary fails. */
  private static RouteDecision binding(ReadWriteDataSource dataSource) {
    try (Connection connection = dataSource.getConnection()) {
      connection.setReadOnly(true);
      return connection.unwrap(RouteDecision.class);
    } catch (SQLException failure) {
      return "08004".equals(failure.getSQLState())
          ? new RouteDecision("", Reason.REFUSED, Map.of())
          : null;
    }
  }

  @AfterAll
  void states_allTogether_haveEveryReasonOfARead() {
    assertThat(EnumSet.complementOf(EnumSet.copyOf(reasonsSeen)))
        .as("reasons that no state leads to")
        .isSubsetOf(Reason.WRITE, Reason.SERIALIZABLE);
  }

  @Test
  void explain_shareOfFallbacksIsInUse_isRefusedUnlessTheScopeIsExempt() throws SQLException {
    Bulkhead ten = Bulkhead.builder("ten", 10).build();
    StubPool small = new StubPool("primary");
    try (StubCluster cluster =
        new StubCluster(builder ->
            builder.primary(small.dataSource(), node -> node.bulkhead(ten)).fallbackShare(0.1))) {
      cluster.probe.at(small, 100);
      after(1, cluster, cluster.r1, cluster.r2);
      try (Connection holder = cluster.dataSource.getConnection()) {
        holder.setReadOnly(true);
        assertThat(StubCluster.reason(holder)).isEqualTo(Reason.NO_REPLICA);
        compare(cluster.dataSource, "the place is taken");
        assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.REFUSED);
        try (ConsistencyScope scope = cluster.dataSource.openScope(Tokens.JUST_NOW)) {
          compare(cluster.dataSource, "a scope is exempt");
          assertThat(cluster.dataSource.explain().node()).isEqualTo("primary");
        }
      }
      compare(cluster.dataSource, "the place is free");
      assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.NO_REPLICA);
    }
    assertThat(small.inUse()).isZero();
  }

  @Test
  void explain_poolsAreSerializable_namesThePrimary() throws SQLException {
    StubPool pool = new StubPool("primary");
    try (HikariDataSource settings = new HikariDataSource()) {
      settings.setTransactionIsolation("TRANSACTION_SERIALIZABLE");
      try (StubCluster cluster =
          new StubCluster(builder -> builder.primary(pool.withSettings(settings)))) {
        cluster.probe.at(pool, 100);
        cluster.round();
        compare(cluster.dataSource, "serializable");
        assertThat(cluster.dataSource.explain().reason()).isEqualTo(Reason.SERIALIZABLE);
      }
    }
    assertThat(pool.inUse()).isZero();
  }
}
