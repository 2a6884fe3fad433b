// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Floors;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.stream.Stream;

/**
 * The suite {@code jdbc}: what a data source that routes adds to HikariCP. With a driver that does
 * nothing the budget is HikariCP alone plus some tens of nanoseconds; against PostgreSQL that must
 * be lost in the noise. The last rows show how replicas of unequal speed share the load.
 */
public final class JdbcSuite implements Suite {
  private static final double READ_NANOS = 60;
  private static final double BULKHEAD_READ_NANOS = 75;
  private static final double TRANSACTION_NANOS = 80;
  private static final double SHARDED_NANOS = 90;
  private static final double UNUSED_NANOS = 15;
  private static final int READ_BYTES = 128;
  private static final int SHARDED_BYTES = 192;
  private static final int POSTGRES_BYTES = 192;
  private static final double TIMES_LESS = 100;
  private static final double THROUGHPUT = 0.85;
  private static final double SLOW_PERCENT = 7;
  private static final int MANY_THREADS = 8;

  private static final String READ = "read";
  private static final String TRANSACTION = "transaction";
  private static final String BORROW = "borrow";

  private static final String WARM_UP =
      "A fork of ShardingSphere reads 20,000 rows before its warm-up, and still gets faster later.";
  private static final String HELD =
      "The compiler removes the locks of a connection of HikariCP that no object holds; an"
          + " application's connection is held.";
  private static final String EVENTS =
      "The wrapper of AWS keeps events of connections in memory, so that its time depends on the"
          + " heap.";

  /** For the service loader. */
  public JdbcSuite() {}

  @Override
  public String name() {
    return "jdbc";
  }

  @Override
  public String description() {
    return "what a data source that routes adds to HikariCP, beside the peers";
  }

  @Override
  public List<Row> rows() {
    return Stream.of(stubs(), scopes(), postgres(), slow()).flatMap(List::stream).toList();
  }

  @Override
  public List<Arm> floors() {
    return List.of(Floors.CLOCK_READ, Floors.ATOMIC_ADD);
  }

  private static List<Row> stubs() {
    return List.of(
        read(
            "read on a replica without a bulkhead, stub driver",
            stub("Tenfold, no bulkhead", READ, Contender.OURS_NO_BULKHEAD),
            READ_NANOS),
        read(
            "read on a replica behind a bulkhead, stub driver",
            stub("Tenfold", READ, Contender.OURS),
            BULKHEAD_READ_NANOS),
        transaction(),
        sharded(),
        unused());
  }

  private static Row read(String name, Arm ours, double nanos) {
    Arm hikari = stub("HikariCP", READ, Contender.HIKARI);
    Arm aws = stub("AWS wrapper", READ, Contender.AWS);
    Arm shardingSphere = stub("ShardingSphere", READ, Contender.SHARDINGSPHERE);
    return Row.of(name, ours)
        .peers(
            hikari,
            stub("HikariCP, held", READ, Contender.HIKARI_HELD),
            stub("Spring lazy proxy", READ, Contender.SPRING_LAZY),
            aws,
            shardingSphere)
        .within(Budget.sum(hikari).plus(nanos))
        .allocatesAtMostAbove(hikari, READ_BYTES)
        .timesLessOverhead(TIMES_LESS, hikari, aws, shardingSphere)
        .note(HELD)
        .note(EVENTS)
        .note(WARM_UP)
        .build();
  }

  private static Row transaction() {
    Arm hikari = stub("HikariCP", TRANSACTION, Contender.HIKARI);
    return Row.of("read transaction, stub driver", stub("Tenfold", TRANSACTION, Contender.OURS))
        .peers(
            hikari,
            stub("Spring lazy proxy", TRANSACTION, Contender.SPRING_LAZY),
            stub("AWS wrapper", TRANSACTION, Contender.AWS),
            stub("ShardingSphere", TRANSACTION, Contender.SHARDINGSPHERE))
        .within(Budget.sum(hikari).plus(TRANSACTION_NANOS))
        .note(EVENTS)
        .note(WARM_UP)
        .build();
  }

  private static Row sharded() {
    Arm hikari = stub("HikariCP", READ, Contender.HIKARI);
    return Row.of(
            "read on a replica of a key's shard, stub driver",
            stub("Tenfold, 2 shards", READ, Contender.OURS_SHARDED))
        .peers(hikari, stub("ShardingSphere, 2 shards", READ, Contender.SHARDINGSPHERE_SHARDED))
        .within(Budget.sum(hikari).plus(SHARDED_NANOS))
        .allocatesAtMostAbove(hikari, SHARDED_BYTES)
        .note("ShardingSphere takes the key from the query; the caller of Tenfold names it.")
        .note(WARM_UP)
        .build();
  }

  private static Row unused() {
    return Row.of("borrow without a use, stub driver", stub("Tenfold", BORROW, Contender.OURS))
        .peers(
            stub("HikariCP", BORROW, Contender.HIKARI),
            stub("Spring lazy proxy", BORROW, Contender.SPRING_LAZY),
            stub("AWS wrapper", BORROW, Contender.AWS),
            stub("ShardingSphere", BORROW, Contender.SHARDINGSPHERE))
        .atMost(UNUSED_NANOS)
        .note(EVENTS)
        .build();
  }

  private static List<Row> scopes() {
    return ScopeRows.rows(stub("Tenfold", READ, Contender.OURS));
  }

  private static List<Row> postgres() {
    return Stream.of(
            postgres("read on a standby, PostgreSQL", READ),
            postgres("read transaction, PostgreSQL", TRANSACTION))
        .flatMap(List::stream)
        .toList();
  }

  /** Servers of its own for each arm: the noise of the machine affects both alike. */
  private static List<Row> postgres(String name, String method) {
    Arm.Timed ours = arm("Tenfold", method, Contender.OURS, Backend.POSTGRES);
    Arm.Timed hikari = arm("HikariCP", method, Contender.HIKARI, Backend.POSTGRES);
    return List.of(
        postgres(name, ours, hikari),
        postgres(
            name + ", " + MANY_THREADS + " threads",
            ours.threads(MANY_THREADS),
            hikari.threads(MANY_THREADS)));
  }

  private static Row postgres(String name, Arm ours, Arm hikari) {
    return Row.of(name, ours)
        .peers(hikari)
        .indistinguishableFrom(hikari)
        .allocatesAtMostAbove(hikari, POSTGRES_BYTES)
        .build();
  }

  private static List<Row> slow() {
    TimeSource time = TimeSource.system();
    String unit = "µs/read";
    Arm two =
        new Arm.Workload(
            "two good replicas", unit, each -> SlowReplica.microsPerRead(time, false, each));
    return List.of(
        Row.of(
                "64 threads, one of three replicas ten times slower",
                new Arm.Workload(
                    "Tenfold", unit, each -> SlowReplica.microsPerRead(time, true, each)))
            .peers(two)
            .throughputAtLeast(THROUGHPUT, two)
            .note("A replica serves 4 reads at a time, each in 1 ms, or 10 ms if it is slow.")
            .build(),
        Row.of(
                "the same, reads on the slow replica",
                new Arm.Workload("Tenfold", "%", each -> SlowReplica.slowPercent(time, each)))
            .atMost(SLOW_PERCENT)
            .note("The share of its capacity is 1/21.")
            .build());
  }

  private static Arm stub(String name, String method, Contender contender) {
    return arm(name, method, contender, Backend.STUB);
  }

  private static Arm.Timed arm(String name, String method, Contender contender, Backend backend) {
    return Arm.timed(name, JdbcBenchmark.class, method, "contender", contender, "backend", backend);
  }
}
