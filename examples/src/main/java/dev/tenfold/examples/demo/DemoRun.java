// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.core.TimeSource;
import dev.tenfold.examples.InstanceConfig;
import dev.tenfold.testkit.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;

/** A run of the demo, from the start of the servers to the report. */
final class DemoRun {
  private static final int USERS = 300;
  private static final double WARM_UP_SECONDS = 4;
  private static final Duration WARM_UP_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration LEAD = Duration.ofMillis(200);

  private final TimeSource time = TimeSource.system();
  private final DemoOptions options;
  private final View view;
  private final TrafficCounters counters = new TrafficCounters();
  private final InstanceProbe probe = new InstanceProbe();
  private final LoadBalancer balancer = new LoadBalancer(time);
  private final Freshness freshness;
  private final ExecutorService executor;

  DemoRun(DemoOptions options, View view) {
    this.options = options;
    this.view = view;
    this.freshness =
        Freshness.of(maxStaleness(), InstanceConfig.REQUEST_TIMEOUT, redisTtl(), memoryTtl());
    this.executor =
        Executors.newFixedThreadPool(
            4,
            task -> {
              Thread thread = new Thread(task, "demo-clients");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Returns whether every promise held. */
  boolean run() throws Exception {
    clearFolder();
    view.say("Tenfold demo: a booking service, steady traffic and five faults.");
    view.say("Starting Redis, two database shards with a standby each, and two instances ...");
    var rollout =
        new TopologyRollout(
            time, options.topology(), options.seconds(), () -> probe.topologies(instances()));
    try (Backends backends = Backends.start(USERS);
        PaymentProvider payments =
            new PaymentProvider(time, new SplittableRandom(options.seed() + 1));
        InstanceProcess first = instance("a", rollout, backends, payments);
        InstanceProcess second = instance("b", rollout, backends, payments)) {
      first.launch();
      second.launch();
      first.awaitReady();
      second.awaitReady();
      var failover = new Failover(time, backends, "s0", backBound());
      var faults =
          new FaultSchedule(
              time,
              DemoFaults.of(
                  options.seconds(),
                  payments,
                  backends.standby("s1"),
                  backends.redis(),
                  second,
                  failover));
      return drive(backends, payments, rollout, faults, failover);
    }
  }

  /** A request that began before the promotion ends with its deadline; then the next one books. */
  private Duration backBound() {
    return InstanceConfig.REQUEST_TIMEOUT.plus(maxStaleness());
  }

  private boolean drive(
      Backends backends,
      PaymentProvider payments,
      TopologyRollout rollout,
      FaultSchedule faults,
      Failover failover)
      throws Exception {
    var latencies = new LatencyBook(faults.phases());
    var client = new ServiceClient(balancer, executor);
    var instruments = new Instruments(counters, latencies, freshness);
    var traffic =
        new LoadGenerator(time, options, USERS, client, executor, instruments, faults::phaseAt);
    var sampler = new Sampler(time, samplingNanos(), instruments, this::signals);
    var collector = new EvidenceCollector(backends, payments, counters, rollout, this::signals);
    view.say("Warming up ...");
    warmUp(traffic, latencies);
    view.say(
        "Traffic: "
            + options.rate()
            + " requests per second for "
            + options.seconds()
            + " seconds.");
    long beganNanos = time.nanoTime() + LEAD.toNanos();
    Thread faulting = faults.start(beganNanos);
    Thread publishing = rollout.start(beganNanos);
    Thread sampling = sample(sampler, faults, beganNanos);
    traffic.run(beganNanos, options.seconds());
    faulting.join();
    publishing.join();
    collector.drain();
    sampler.stop();
    sampling.join();
    if (faults.failure() != null) {
      throw new IllegalStateException("a fault could not be injected", faults.failure());
    }
    if (rollout.failure() != null) {
      throw new IllegalStateException("version 2 could not be published", rollout.failure());
    }
    Takeover takeover = failover.takeover(traffic.answers(), rollout.home());
    Map<String, String> traces = FaultTraces.of(sampler.timeline(), faults.windows(), takeover);
    Evidence evidence = collector.collect(traffic, freshness, takeover, traces);
    RunRecord record = record(evidence, rollout, faults.windows(), sampler.timeline(), latencies);
    HtmlReport.write(record, options.report());
    Summary.print(record, view);
    return record.everyPromiseHeld();
  }

  private RunRecord record(
      Evidence evidence,
      TopologyRollout rollout,
      List<Fault.Window> windows,
      Timeline timeline,
      LatencyBook latencies)
      throws IOException {
    var totals =
        new RunRecord.Totals(
            counters.arrived.sum(),
            counters.bookings.sum(),
            evidence.charges().size(),
            counters.unansweredAttempts(),
            counters.repeats.sum(),
            counters.readsLost.sum(),
            evidence.repeatedCharges());
    return new RunRecord(
        options,
        started(),
        machine(),
        windows,
        timeline,
        latencies,
        totals,
        freshness.cached().bound().toNanos() / 1e9,
        freshness.others().bound().toNanos() / 1e9,
        evidence.faultTraces(),
        Growth.of(
            rollout.published(), evidence.versions(), evidence.shardBytes(), evidence.routing()),
        new PromiseCheck(evidence).results());
  }

  private Thread sample(Sampler sampler, FaultSchedule faults, long beganNanos) {
    Thread thread =
        new Thread(
            () -> {
              try {
                sampler.run(
                    beganNanos,
                    sample ->
                        view.show(
                            new View.Frame(
                                options.seconds(),
                                faults.faultAt(sample.second()),
                                sample,
                                sampler.timeline())));
              } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
              }
            },
            "demo-sampler");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private InstanceProcess instance(
      String name, TopologyRollout rollout, Backends backends, PaymentProvider payments) {
    var config =
        new InstanceConfig(
            name,
            rollout.path(),
            backends.addresses(),
            backends.redis().uri(),
            payments.url(),
            maxStaleness().toMillis(),
            memoryTtl().toMillis(),
            redisTtl().toMillis());
    return new InstanceProcess(time, config, options.folder(), balancer.add(name));
  }

  /**
   * Sends the same traffic for some seconds without measuring, so that class loading does not slow
   * the first measured requests. The promises are checked for its bookings too.
   */
  private void warmUp(LoadGenerator traffic, LatencyBook latencies) throws InterruptedException {
    traffic.run(time.nanoTime(), WARM_UP_SECONDS);
    Await.until("the warm-up is answered", WARM_UP_TIMEOUT, () -> counters.pending.get() == 0);
    counters.reset();
    latencies.reset();
  }

  private Map<String, Map<String, Double>> signals() {
    return probe.signals(instances());
  }

  /** Returns the addresses of the instances that were ready at least once. */
  private Map<String, String> instances() {
    Map<String, String> bases = new LinkedHashMap<>();
    for (LoadBalancer.Target target : balancer.targets()) {
      String base = target.base();
      if (base != null) {
        bases.put(target.name(), base);
      }
    }
    return bases;
  }

  private Duration maxStaleness() {
    return Duration.ofMillis(Math.max(1_000, Math.min(2_000, options.seconds() * 25L)));
  }

  private static Duration memoryTtl() {
    return Duration.ofSeconds(1);
  }

  private static Duration redisTtl() {
    return Duration.ofSeconds(5);
  }

  /** Returns the sampling interval for about 75 samples, at most two per second. */
  private long samplingNanos() {
    return (long) (Math.max(0.5, options.seconds() / 75.0) * 1e9);
  }

  private void clearFolder() throws IOException {
    Files.createDirectories(options.folder());
    try (Stream<Path> old = Files.list(options.folder())) {
      for (Path file : old.filter(Files::isRegularFile).toList()) {
        if (file.toString().endsWith("report.html") || file.toString().contains("instance-")) {
          Files.delete(file);
        }
      }
    }
  }

  private static String started() {
    return ProcessHandle.current()
        .info()
        .startInstant()
        .map(
            DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH)
                    .withZone(ZoneOffset.UTC)
                ::format)
        .orElse("Time unknown");
  }

  private static String machine() {
    return Runtime.getRuntime().availableProcessors()
        + " cores, "
        + System.getProperty("os.name")
        + " on "
        + System.getProperty("os.arch")
        + ", Java "
        + System.getProperty("java.version");
  }
}
