// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.TimeSource;
import dev.tenfold.sharding.history.Event.Captured;
import dev.tenfold.sharding.history.Event.Declared;
import dev.tenfold.sharding.history.Event.Failed;
import dev.tenfold.sharding.history.Event.Merged;
import dev.tenfold.sharding.history.Event.Opened;
import dev.tenfold.sharding.history.WorkerTokens.Known;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.Tokens;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * A random scope of a worker. Some only read and write, as requests do; the wild ones use all there
 * is: transactions that are held open, transactions within others, other threads, nested scopes,
 * tokens on the way.
 */
final class WorkerScope {
  private static final int REGISTERS = Registers.COUNT;

  private final HistoryWorker worker;
  private final RandomGenerator random;
  private final Consumer<Event> history;
  private final long number;
  private final boolean wild;
  private final List<Future<Event>> elsewhere = new ArrayList<>();
  private Connection held;
  private long heldBound;

  WorkerScope(HistoryWorker worker, RandomGenerator random, Consumer<Event> history) {
    this.worker = worker;
    this.random = random;
    this.history = history;
    this.number = worker.tokens.nextNumber();
    this.wild = oneIn(4);
  }

  private static long now() {
    return TimeSource.system().nanoTime();
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  void run() throws InterruptedException {
    try (ConsistencyScope scope = open()) {
      int steps = 15 + random.nextInt(45);
      int pause = oneIn(4) ? 0 : random.nextInt(10, 40); // applications do something in between
      for (int i = 0; i < steps && !worker.isStopping(); i++) {
        step(scope);
        worker.pause(pause);
      }
      endHeld();
      joinOthers();
      if (oneIn(2)) {
        capture(scope);
      }
    }
  }

  // Opening and tokens.

  private ConsistencyScope open() {
    Known token = oneIn(3) ? null : worker.tokens.any(random);
    if (oneIn(20)) {
      token = new Known(Event.JUST_NOW, oneIn(2) ? Tokens.JUST_NOW : "forged");
    } else if (token != null && oneIn(3)) {
      token = merged(token);
    }
    return open(token);
  }

  private ConsistencyScope open(Known token) {
    long begin = now();
    ConsistencyScope opened = worker.dataSource.openScope(token == null ? null : token.text());
    history.accept(new Opened(number, begin, now(), token == null ? 0 : token.number()));
    return opened;
  }

  private Known merged(Known first) {
    Known second = worker.tokens.any(random);
    Known both = new Known(worker.tokens.nextNumber(), Tokens.merge(first.text(), second.text()));
    history.accept(new Merged(now(), both.number(), first.number(), second.number()));
    return both;
  }

  private void capture(ConsistencyScope scope) {
    long begin = now();
    Known token = new Known(worker.tokens.nextNumber(), scope.captureToken());
    history.accept(new Captured(number, begin, token.number()));
    worker.tokens.add(token);
    worker.send(token);
  }

  // Steps.

  private void step(ConsistencyScope scope) throws InterruptedException {
    int step = random.nextInt(100);
    if (step < 58 || (!wild && step < 87)) {
      read();
    } else if (step < 95 && !wild) {
      writeAndLookAround();
    } else if (step < 64 || !wild) {
      record(Registers.write(number, worker.dataSource, some(0, REGISTERS)));
    } else if (step < 67) {
      writeNested();
    } else if (step < 78) {
      readHeld();
    } else if (step < 81) {
      endHeld();
    } else if (step < 90) {
      readElsewhere(scope);
    } else if (step < 94) {
      worker.pause(random.nextInt(15));
    } else if (step < 96) {
      capture(scope);
    } else if (step < 97) {
      joinToken();
    } else if (step < 98) {
      scope.wrote();
      history.accept(new Declared(number, now()));
    } else {
      joinOthers();
    }
  }

  /** Returns one or two registers, in ascending order, so that writers never deadlock. */
  private int[] some(int from, int to) {
    int first = from + random.nextInt(to - from);
    int second = oneIn(2) ? from + random.nextInt(to - from) : first;
    return first == second
        ? new int[] {first}
        : new int[] {Math.min(first, second), Math.max(first, second)};
  }

  private void record(Event event) throws InterruptedException {
    history.accept(event);
    if (event instanceof Failed) {
      worker.pause(5);
    }
  }

  private void read() throws InterruptedException {
    record(Registers.read(number, worker.dataSource, some(0, REGISTERS), oneIn(4)));
  }

  /** Writes, and reads several times soon after. */
  private void writeAndLookAround() throws InterruptedException {
    record(Registers.write(number, worker.dataSource, some(0, REGISTERS)));
    worker.pause(12);
    for (int i = 0; i < 5; i++) {
      read();
      worker.pause(5);
    }
  }

  /** Reads through the view of the scope on a thread without a scope. */
  private void readElsewhere(ConsistencyScope scope) {
    int[] registers = some(0, REGISTERS);
    elsewhere.add(
        worker.otherThreads.submit(
            () -> Registers.read(number, scope.dataSource(), registers, false)));
  }

  private void joinOthers() throws InterruptedException {
    for (Future<Event> other : elsewhere) {
      try {
        record(other.get());
      } catch (ExecutionException failure) {
        throw new IllegalStateException(failure.getCause());
      }
    }
    elsewhere.clear();
  }

  /** A transaction in the middle of another one, on a connection of its own. */
  private void writeNested() throws InterruptedException {
    int half = REGISTERS / 2;
    List<Event> inner = new ArrayList<>();
    Event outer =
        Registers.write(
            number,
            worker.dataSource,
            some(0, half),
            () -> {
              inner.add(Registers.write(number, worker.dataSource, some(half, REGISTERS)));
              inner.add(Registers.read(number, worker.dataSource, some(half, REGISTERS), false));
            });
    for (Event event : inner) {
      record(event);
    }
    record(outer);
  }

  private void readHeld() throws InterruptedException {
    try {
      if (held == null) {
        held = worker.dataSource.getConnection();
        held.setReadOnly(true);
        held.setAutoCommit(false);
        heldBound = now();
      }
      history.accept(Registers.read(number, heldBound, now(), held, some(0, REGISTERS)));
    } catch (SQLException failure) {
      record(new Failed(number, now()));
      endHeld();
    }
  }

  private void endHeld() {
    Connection ended = held;
    held = null;
    if (ended != null) {
      try (ended) {
        if (oneIn(2)) {
          ended.commit();
        }
      } catch (SQLException failure) {
        history.accept(new Failed(number, now()));
      }
    }
  }

  /** Opens a scope in the scope, which joins it. */
  private void joinToken() {
    Known token = worker.tokens.any(random);
    if (token != null) {
      open(token).close();
    }
  }
}
