// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TopologiesTest {
  private static final TopologySource A = source("a");
  private static final TopologySource B = source("b");
  private static final TopologySource C = source("c");
  private static final TopologySource D = source("d");

  private static TopologySource source(String name) {
    return TopologySource.of(Topology.builder(name).slots(16).shard(name + "0", 1).build());
  }

  @Test
  void router_eachName_routesByItsTopology() {
    Topologies databases = Topologies.of("users", A, "orders", B, "mail", C, "files", D);
    assertThat(databases.router("users").route(1)).isEqualTo(new ShardId("a0"));
    assertThat(databases.router("orders").route(1)).isEqualTo(new ShardId("b0"));
    assertThat(databases.router("mail").route(1)).isEqualTo(new ShardId("c0"));
    assertThat(databases.router("files").route(1)).isEqualTo(new ShardId("d0"));
    assertThat(databases.router("files")).isSameAs(databases.router("files"));
  }

  @Test
  void names_oneToManyPairs_areInTheOrderGiven() {
    assertThat(Topologies.of("z", A).names()).containsExactly("z");
    assertThat(Topologies.of("z", A, "y", B).names()).containsExactly("z", "y");
    assertThat(Topologies.of("z", A, "y", B, "x", C).names()).containsExactly("z", "y", "x");
    assertThat(Topologies.of("z", A, "y", B, "x", C, "w", D).names())
        .containsExactly("z", "y", "x", "w");
  }

  @Test
  void router_unknownName_isRefusedNamingTheKnown() {
    Topologies databases = Topologies.of("users", A, "orders", B);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> databases.router("Orders"))
        .withMessageContaining("Orders")
        .withMessageContaining("[users, orders]");
  }

  @Test
  void router_topologyChanges_followsIt() {
    AtomicReference<Topology> current = new AtomicReference<>(A.current());
    Topologies databases = Topologies.of("users", current::get);
    current.set(B.current());
    assertThat(databases.router("users").route(1)).isEqualTo(new ShardId("b0"));
  }

  @Test
  void of_mapThatChangesLater_doesNot() {
    Map<String, TopologySource> sources = new LinkedHashMap<>();
    sources.put("users", A);
    Topologies databases = Topologies.of(sources);
    sources.put("orders", B);
    assertThat(databases.names()).containsExactly("users");
    assertThatExceptionOfType(UnsupportedOperationException.class)
        .isThrownBy(() -> databases.names().remove("users"));
  }

  @Test
  void of_badNames_areRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topologies.of("users", A, "users", B))
        .withMessageContaining("users");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topologies.of("my users", A))
        .withMessageContaining("my users");
    assertThatIllegalArgumentException().isThrownBy(() -> Topologies.of("", A));
    assertThatIllegalArgumentException().isThrownBy(() -> Topologies.of(Map.of()));
    assertThatNullPointerException()
        .isThrownBy(() -> Topologies.of("users", null))
        .withMessage("the source of database users is null");
    assertThatNullPointerException()
        .isThrownBy(() -> Topologies.of("users", A, null, B))
        .withMessage("database name is null");
  }
}
