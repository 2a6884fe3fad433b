// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency.jdbc;

import dev.tenfold.testkit.PostgresFixture;
import dev.tenfold.testkit.PostgresServer;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** A new database per test class, on the shared server of the JVM. */
final class TestDatabase {
  private TestDatabase() {}

  static DataSource create(String name) {
    PostgresServer primary = PostgresFixture.shared().primary();
    primary.createDatabase(name);
    return primary.dataSource(name);
  }

  interface Task {
    void run() throws Exception;
  }

  /** Runs a task on a thread of its own. */
  static CompletableFuture<Void> onThread(Task task) {
    return supply(() -> {
      task.run();
      return null;
    });
  }

  static <T> CompletableFuture<T> supply(Callable<T> task) {
    var result = new CompletableFuture<T>();
    var thread =
        new Thread(() -> {
          try {
            result.complete(task.call());
          } catch (Throwable failure) {
            result.completeExceptionally(failure);
          }
        });
    thread.setDaemon(true);
    thread.start();
    return result;
  }
}
