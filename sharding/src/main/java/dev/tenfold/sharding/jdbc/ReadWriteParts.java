// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The parts of a {@link ReadWriteDataSource}: assembled, started, changed at run time, stopped. */
final class ReadWriteParts {
  final Nodes nodes;
  final LagProber prober;
  final ConnectionBinder binder;

  private final TimeSource time;
  private final Telemetry telemetry;
  private final @Nullable ExecutorService ownExecutor;
  private final NodeMetrics metrics;

  private ReadWriteParts(ReadWriteSettings settings) {
    NodeOptions primary = settings.check();
    this.time = settings.time;
    this.telemetry = settings.telemetry;
    List<Node> all = new ArrayList<>();
    all.add(node(primary, true));
    settings.candidates.forEach(options -> all.add(node(options, true)));
    settings.replicas.forEach(options -> all.add(node(options, false)));
    NodeLog log = new NodeLog(settings.name, telemetry);
    this.nodes =
        new Nodes(
            settings.name,
            all,
            settings.maxStaleness.toNanos(),
            settings.staleReadsWhenPrimaryLost,
            time,
            settings.random,
            log);
    all.forEach(nodes::requireKnownAutoCommit);
    this.ownExecutor = settings.executor == null ? probeThreads(settings.name) : null;
    NodeProbe probe = new NodeProbe(nodes, settings.lagProbe, settings.timeoutSeconds());
    this.prober =
        new LagProber(
            nodes,
            probe,
            log,
            time,
            settings.interval().toNanos(),
            TimeUnit.SECONDS.toNanos(settings.timeoutSeconds()),
            settings.executor == null ? Objects.requireNonNull(ownExecutor) : settings.executor);
    RouteCounters counters = new RouteCounters(nodes);
    Fallbacks fallbacks =
        new Fallbacks(
            nodes.name,
            settings.onNoReplica == NoReplica.FAIL,
            share(settings, primary),
            primary.pool.maxWait() != null);
    this.binder = new ConnectionBinder(nodes, probe, prober, counters, fallbacks);
    this.metrics = new NodeMetrics(telemetry, nodes, counters);
  }

  /** Assembles the parts and starts the probes, or leaves nothing behind. */
  static ReadWriteParts start(ReadWriteSettings settings) {
    ReadWriteParts parts = new ReadWriteParts(settings);
    try {
      parts.metrics.register();
      parts.prober.start();
      return parts;
    } catch (RuntimeException | Error refused) {
      parts.close();
      throw refused;
    }
  }

  private Node node(NodeOptions options, boolean mayWrite) {
    return new Node(options, mayWrite, options.bulkheadOrDefault(time, telemetry));
  }

  private static @Nullable Bulkhead share(ReadWriteSettings settings, NodeOptions primary) {
    int places = settings.fallbackPlaces(primary);
    if (places == 0 || settings.onNoReplica == NoReplica.FAIL) {
      return null;
    }
    Duration maxWait = primary.pool.maxWait();
    Bulkhead.Builder share = Bulkhead.builder(settings.name + ".fallbacks", places);
    if (maxWait != null) {
      share.maxWait(maxWait).maxWaiters(NodeOptions.WAITERS_PER_PLACE * places);
    }
    return share.timeSource(settings.time).telemetry(settings.telemetry).build();
  }

  /** One thread per probe that can hang. Idle threads end after 30 s. */
  private static ExecutorService probeThreads(String name) {
    return new ThreadPoolExecutor(
        0,
        Nodes.MAX_NODES + 2,
        30,
        TimeUnit.SECONDS,
        new SynchronousQueue<>(),
        task -> {
          Thread thread = new Thread(task, "tenfold-lag-" + name);
          thread.setDaemon(true);
          return thread;
        });
  }

  ReadWriteView view(boolean readOnly) {
    return new ReadWriteView(binder, prober, readOnly, null);
  }

  // Nodes that come and go.

  void add(NodeOptions options) {
    options.check();
    Node node = node(options, false);
    nodes.requireKnownAutoCommit(node);
    nodes.add(node);
    metrics.registerNode(node);
    if (nodes.closed()) {
      metrics.unregisterNode(node);
    }
  }

  void remove(String id) {
    Node node = required(id);
    if (node.mayWrite) {
      throw new IllegalArgumentException(
          "node " + id + " of data source " + nodes.name + " may write; only replicas are removed");
    }
    nodes.remove(node);
    metrics.unregisterNode(node);
    prober.release(node);
  }

  void override(String id) {
    nodes.override(required(id));
  }

  private Node required(String id) {
    Node node = nodes.find(Objects.requireNonNull(id, "id"));
    if (node == null) {
      throw new IllegalArgumentException("data source " + nodes.name + " has no node " + id);
    }
    return node;
  }

  // Questions.

  boolean replayedBy(Token token, int replicas) {
    Members now = nodes.members();
    Token.Entry entry = token.entry();
    boolean comparable = token.isNothing() || (entry != null && entry.isOfCluster(now.cluster));
    int count = 0;
    for (Node node : now.readers) {
      NodeState state = node.state();
      if (comparable && state.answers() && state.hasReplayed(entry)) {
        count++;
      }
    }
    if (count < replicas) {
      prober.demandRound();
    }
    return count >= replicas;
  }

  /** Returns the route that a read would get. */
  RouteDecision explain(@Nullable ScopeState scope) {
    Members now = nodes.members();
    long nowNanos = nodes.nowNanos();
    long max = nodes.maxStalenessNanos(Staleness.current());
    ScopeState.Seen seen = scope == null ? null : scope.seen();
    Map<String, String> rejected = new LinkedHashMap<>();
    now.excluded.forEach((node, why) -> rejected.put(node.id, why.why));
    for (Node node : now.readers) {
      Eligibility why = Nodes.eligibility(node, node.state(), nowNanos, max, scope, seen);
      if (why != Eligibility.ELIGIBLE) {
        String failure = node.state().failure;
        rejected.put(node.id, failure == null ? why.why : failure);
      }
    }
    Route route = binder.explain(scope);
    return route == null
        ? new RouteDecision("", Reason.REFUSED, rejected)
        : new RouteDecision(route.node.id, route.reason, rejected);
  }

  void close() {
    nodes.close();
    prober.stop();
    metrics.close();
    if (ownExecutor != null) {
      ownExecutor.shutdown();
    }
  }
}
