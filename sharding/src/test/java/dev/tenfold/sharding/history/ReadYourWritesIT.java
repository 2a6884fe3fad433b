// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.TimeSource;
import dev.tenfold.testkit.FaultProxy;
import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The promise of a scope on real servers: three processes read and write in scopes that are handed
 * over by tokens, while servers, connections and clients break. {@link HistoryChecker} judges.
 *
 * <p>{@code -Dhistory.seconds=600} sets the time, {@code -Dhistory.seed=7} the seed. The profile
 * {@code soak} runs until a million scoped reads are checked.
 */
class ReadYourWritesIT {
  private static final int PROCESSES = 3;
  private static final long SOAK_READS = 1_000_000;
  private static final int EPISODE_SECONDS = 60;

  private final HistoryFigures figures = new HistoryFigures();
  private final List<String> violations = new ArrayList<>();

  @Test
  void scopes_ofThreeProcessesAmongFaults_keepTheirPromise(@TempDir Path directory)
      throws Exception {
    boolean soak = Boolean.getBoolean("history.soak");
    int seconds = soak ? EPISODE_SECONDS : Integer.getInteger("history.seconds", defaultSeconds());
    long seed = Long.getLong("history.seed", TimeSource.system().nanoTime() % 1_000_000);
    long began = TimeSource.system().nanoTime();
    for (int episode = 0; episode == 0 || (soak && figures.reads < SOAK_READS); episode++) {
      Path files = Files.createDirectory(directory.resolve("episode" + episode));
      run(files, seed + episode, Duration.ofSeconds(seconds));
    }
    long took = (TimeSource.system().nanoTime() - began) / 1_000_000_000;
    String summary = "read your writes, seed " + seed + ", " + took + " s\n" + figures.summary();
    System.out.println(summary + "  violations: " + violations.size());

    assertThat(violations).as(summary).isEmpty();
    boolean full = seconds >= EPISODE_SECONDS; // a short run meets few faults, perhaps long ones
    assertThat(figures.replicaPercent()).as(summary).isGreaterThanOrEqualTo(full ? 30 : 10);
    assertThat(figures.soonPercent()).as(summary).isGreaterThanOrEqualTo(full ? 5 : 1);
  }

  /** In full on JDK 17; the other lane of the CI is there for the other JDK. */
  private static int defaultSeconds() {
    return Runtime.version().feature() == 17 ? 60 : 15;
  }

  private void run(Path directory, long seed, Duration time) throws Exception {
    Random random = new Random(seed);
    List<FaultProxy> proxies = new ArrayList<>();
    List<WorkerProcess> workers = new CopyOnWriteArrayList<>();
    History history;
    History own = new History();
    try (PostgresFixture postgres = PostgresFixture.start(2)) {
      List<PostgresServer> servers = new ArrayList<>(List.of(postgres.primary()));
      servers.addAll(postgres.standbys());
      servers.forEach(server -> proxies.add(FaultProxy.to(server.port())));
      Registers.create(postgres.primary().dataSource());
      for (int i = 0; i < PROCESSES; i++) {
        start(workers, directory, random.nextLong(), urls(i, servers, proxies));
      }
      workers.forEach(WorkerProcess::awaitReady);
      new Nemeses(postgres, proxies, workers, random, own, figures)
          .strikeUntil(TimeSource.system().nanoTime() + time.toNanos());
      for (WorkerProcess worker : workers) {
        assertThat(worker.stop()).isEqualTo("leaked 0");
      }
      history = History.of(directory);
      own.all(Event.class).forEach(history);
    } finally {
      workers.forEach(WorkerProcess::close);
      proxies.forEach(FaultProxy::close);
    }
    figures.add(history);
    violations.addAll(HistoryChecker.violations(history));
  }

  /** The first process is behind proxies, the second one half, the third one not. */
  private static List<String> urls(
      int process, List<PostgresServer> servers, List<FaultProxy> proxies) {
    List<String> urls = new ArrayList<>();
    for (int i = 0; i < servers.size(); i++) {
      boolean behind = process == 0 || (process == 1 && i != 1);
      int port = behind ? proxies.get(i).port() : servers.get(i).port();
      urls.add(servers.get(i).jdbcUrl("postgres", port));
    }
    return urls;
  }

  /** Starts a worker whose tokens go to the others in turn. */
  private static void start(
      List<WorkerProcess> workers, Path directory, long seed, List<String> urls) throws Exception {
    int number = workers.size();
    AtomicInteger turn = new AtomicInteger();
    workers.add(
        new WorkerProcess(
            directory,
            number,
            seed,
            urls,
            token -> {
              int step = 1 + turn.getAndIncrement() % (PROCESSES - 1);
              int other = (number + step) % PROCESSES;
              if (other < workers.size()) {
                workers.get(other).send(token);
              }
            }));
  }
}
