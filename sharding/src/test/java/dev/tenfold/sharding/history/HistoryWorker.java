// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.history.WorkerTokens.Known;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.testkit.Await;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * A process that uses a read/write data source in random scopes, and writes down what happens.
 * Standard input brings tokens of other processes, and its end stops the process; standard output
 * brings tokens for others.
 */
final class HistoryWorker {
  static final String READY = "ready";
  static final String TOKEN = "token";
  static final String LEAKED = "leaked";
  private static final int THREADS = 10;
  private static final int OTHER_THREADS = 3;

  final ReadWriteDataSource dataSource;
  final WorkerTokens tokens;
  final ExecutorService otherThreads = Executors.newFixedThreadPool(OTHER_THREADS);
  private final List<HikariDataSource> pools = new ArrayList<>();
  private final CountDownLatch stop = new CountDownLatch(1);

  private HistoryWorker(int process, long seed, String[] urls) {
    this.tokens = new WorkerTokens(process);
    var builder =
        ReadWriteDataSource.builder("history")
            .primary(pool(urls[0]))
            .maxStaleness(Duration.ofSeconds(10))
            .probeInterval(Duration.ofMillis(250))
            .probeTimeout(Duration.ofSeconds(1))
            .random(new Random(seed));
    for (int i = 1; i < urls.length; i++) {
      builder.candidate("standby" + (i - 1), pool(urls[i]));
    }
    this.dataSource = builder.build();
  }

  private HikariDataSource pool(String url) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url + "&socketTimeout=3&connectTimeout=2&loginTimeout=2");
    config.setMaximumPoolSize(20);
    config.setMinimumIdle(2);
    config.setConnectionTimeout(1000);
    config.setValidationTimeout(500);
    config.setInitializationFailTimeout(-1);
    HikariDataSource pool = new HikariDataSource(config);
    pools.add(pool);
    return pool;
  }

  /** Arguments: the number of the process, the directory of the history, a seed, and the URLs. */
  public static void main(String[] arguments) throws Exception {
    int process = Integer.parseInt(arguments[0]);
    Path directory = Path.of(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    String[] urls = {arguments[3], arguments[4], arguments[5]};
    int status = 1; // also for an Error on the way
    try {
      new HistoryWorker(process, seed, urls).run(directory, process, seed);
      status = 0;
    } finally {
      System.out.flush();
      Runtime.getRuntime().halt(status); // threads that hang on a dead server do not matter
    }
  }

  private void run(Path directory, int process, long seed) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    List<Future<?>> ends = new ArrayList<>();
    for (int i = 0; i < THREADS; i++) {
      Random random = new Random(seed * THREADS + i);
      HistoryFile file = new HistoryFile(directory, "process" + process + "-" + i);
      ends.add(
          threads.submit(() -> {
            try (file) {
              while (!isStopping()) {
                new WorkerScope(this, random, file).run();
              }
            }
            return null;
          }));
    }
    System.out.println(READY + " " + TimeSource.system().nanoTime());
    receiveTokens();
    stop.countDown();
    for (Future<?> end : ends) {
      end.get();
    }
    dataSource.close();
    awaitEveryConnectionBack();
    System.out.println(LEAKED + " " + active());
  }

  /** A probe that waits for a dead server ends after its timeout. */
  private void awaitEveryConnectionBack() {
    try {
      Await.until("every connection is back", Duration.ofSeconds(5), () -> active() == 0);
    } catch (AssertionError leak) {
      System.err.println(leak.getMessage());
    }
  }

  private int active() {
    return pools.stream().mapToInt(p -> p.getHikariPoolMXBean().getActiveConnections()).sum();
  }

  private void receiveTokens() throws IOException {
    var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String[] words = line.split(" ");
      tokens.add(new Known(Long.parseLong(words[1]), words[2]));
    }
  }

  /** Sends a token to another process. */
  void send(Known token) {
    System.out.println(TOKEN + " " + token.number() + " " + token.text());
  }

  boolean isStopping() {
    return stop.getCount() == 0;
  }

  /** Lets some time pass between two operations, as applications do. */
  void pause(int millis) throws InterruptedException {
    stop.await(millis, TimeUnit.MILLISECONDS);
  }
}
