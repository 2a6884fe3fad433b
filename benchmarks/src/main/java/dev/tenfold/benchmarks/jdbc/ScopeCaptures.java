// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.LagProbe;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.Tokens;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The questions that the primary gets when 64 scopes, each on a thread of its own, have written and
 * then capture their tokens at once. The primary answers no question before all of them have
 * written, so that no answer of an earlier question can serve the tokens.
 */
final class ScopeCaptures {
  private static final int SCOPES = 64;

  /** A connection for the probes, and one for the users: then no other one is asked who it is. */
  private static final int POOL_SIZE = 2;

  /** No scheduled probe disturbs the count. */
  private static final Duration RARELY = Duration.ofHours(6);

  private final Lock answers = new ReentrantLock();
  private final AtomicInteger questions = new AtomicInteger();
  private final CountDownLatch toWrite = new CountDownLatch(SCOPES);
  private final CountDownLatch allHaveWritten = new CountDownLatch(1);

  private ScopeCaptures() {}

  /** Returns the number of questions to the primary, from before the first write on. */
  static double questions() {
    return new ScopeCaptures().count();
  }

  private double count() {
    ExecutorService threads = Executors.newFixedThreadPool(SCOPES);
    try (Resources resources = new Resources()) {
      ReadWriteDataSource orders =
          resources.add(
              Tenfold.builder(
                      new ObservedServers(StubServers.start(), this::asked),
                      POOL_SIZE,
                      Tenfold.NO_BULKHEAD,
                      resources)
                  .maxStaleness(RARELY.multipliedBy(2))
                  .probeInterval(RARELY)
                  .build());
      Access access = new Access(key -> orders.getConnection(), resources).ready();
      access.write(0); // the server of the connection is asked
      int before = questions.get();
      for (String token : burst(orders, access, threads)) {
        if (token.equals(Tokens.JUST_NOW)) {
          throw new IllegalStateException("a scope got no answer of the primary");
        }
      }
      return questions.get() - before;
    } catch (SQLException | ExecutionException e) {
      throw new IllegalStateException("a scope failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the scopes captured", e);
    } finally {
      threads.shutdownNow();
    }
  }

  private void asked(LagProbe.Reading reading) {
    if (!reading.standby()) {
      questions.incrementAndGet();
      answers.lock();
      answers.unlock();
    }
  }

  private List<String> burst(ReadWriteDataSource orders, Access access, ExecutorService threads)
      throws InterruptedException, ExecutionException {
    List<Future<String>> captures = new ArrayList<>();
    answers.lock();
    try {
      for (int i = 0; i < SCOPES; i++) {
        captures.add(threads.submit(() -> writeAndCapture(orders, access)));
      }
      toWrite.await();
    } finally {
      answers.unlock();
    }
    allHaveWritten.countDown();
    List<String> tokens = new ArrayList<>();
    for (Future<String> capture : captures) {
      tokens.add(capture.get());
    }
    return tokens;
  }

  private String writeAndCapture(ReadWriteDataSource orders, Access access)
      throws SQLException, InterruptedException {
    try (ConsistencyScope scope = orders.openScope()) {
      try {
        access.write(1);
      } finally {
        toWrite.countDown();
      }
      allHaveWritten.await();
      return scope.captureToken();
    }
  }
}
