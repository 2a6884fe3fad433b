// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * What retries add to the load of a backend in trouble. Each process begins ten calls a second for
 * a minute of virtual time. Tenfold's column drives a {@link Retry} with its defaults; the others
 * apply the published rules of their libraries, in a few lines each. The guide shows the table that
 * this test computes.
 */
class RetryLoadTest {
  private static final long SECOND = 1_000_000_000;
  private static final int CALLS = 600;
  private static final long BETWEEN_CALLS = SECOND / 10;
  private static final int PROCESSES = 1_000;
  private static final CompletableFuture<String> UP = CompletableFuture.completedFuture("up");
  private static final CompletableFuture<String> DOWN =
      CompletableFuture.failedFuture(new IOException("down"));

  /** Which attempts fail. */
  private enum Backend {
    DEAD,
    HALF_FAILING,
    /** Dead for half a minute; then one attempt in ten fails. */
    RECOVERING;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    boolean fails(long nowNanos, Dice dice) {
      return switch (this) {
        case DEAD -> true;
        case HALF_FAILING -> dice.nextLong(2) == 0;
        case RECOVERING -> nowNanos < 30 * SECOND || dice.nextLong(10) == 0;
      };
    }
  }

  /** The columns. */
  private enum Rule {
    TENFOLD,
    AWS,
    RESILIENCE4J,
    FAILSAFE;

    Load play(Backend backend, int processes) {
      Load load = new Load();
      for (int seed = 0; seed < processes; seed++) {
        var dice = new Dice(seed);
        switch (this) {
          case TENFOLD -> playTenfold(backend, dice, load);
          case AWS -> playModel(new AwsSdk(), backend, dice, load);
          case RESILIENCE4J -> playModel(new Resilience4j(), backend, dice, load);
          case FAILSAFE -> playModel(new Failsafe(), backend, dice, load);
        }
      }
      return load;
    }
  }

  /** What the backend and the callers have seen of all processes together. */
  private static final class Load {
    private final long[] retries = new long[2]; // in the first half minute, and later
    private final long[] failures = new long[2]; // by the time at which the call began
    private long calls;

    private static int half(long nowNanos) {
      return nowNanos < 30 * SECOND ? 0 : 1;
    }

    void attempt(long nowNanos, int number) {
      if (number == 1) {
        calls++;
      } else {
        retries[half(nowNanos)]++;
      }
    }

    void failed(long beganNanos) {
      failures[half(beganNanos)]++;
    }

    long retries() {
      return retries[0] + retries[1];
    }

    String extraLoad() {
      return percent(retries(), calls);
    }

    String failed() {
      return percent(failures[0] + failures[1], calls);
    }

    String extraLoadLater() {
      return percent(retries[1], calls / 2);
    }

    String failedLater() {
      return percent(failures[1], calls / 2);
    }
  }

  /** A call and the attempts it has made. */
  private record Due(long atNanos, long beganNanos, int attempts) {}

  /** The rule of another library, for one process. */
  private interface Model {
    int maxAttempts();

    long delayNanos(int failures, Dice dice);

    default boolean mayRetry() {
      return true;
    }

    default void succeeded(int attempts) {}
  }

  /**
   * The AWS SDKs' mode "standard" of 2026: three attempts, 50 ms doubling with full jitter, a quota
   * of 500 tokens. A retry after a transient error takes 14 tokens. A success gives one back, after
   * a retry the 14 of the last one.
   */
  private static final class AwsSdk implements Model {
    private int tokens = 500;

    @Override
    public int maxAttempts() {
      return 3;
    }

    @Override
    public long delayNanos(int failures, Dice dice) {
      return dice.nextLong((SECOND / 20 << (failures - 1)) + 1);
    }

    @Override
    public boolean mayRetry() {
      if (tokens < 14) {
        return false;
      }
      tokens -= 14;
      return true;
    }

    @Override
    public void succeeded(int attempts) {
      tokens = Math.min(500, tokens + (attempts > 1 ? 14 : 1));
    }
  }

  /** Resilience4j's default: three attempts, 500 ms apart, no budget. */
  private static final class Resilience4j implements Model {
    @Override
    public int maxAttempts() {
      return 3;
    }

    @Override
    public long delayNanos(int failures, Dice dice) {
      return SECOND / 2;
    }
  }

  /** Failsafe's default: two retries, at once, no budget. */
  private static final class Failsafe implements Model {
    @Override
    public int maxAttempts() {
      return 3;
    }

    @Override
    public long delayNanos(int failures, Dice dice) {
      return 0;
    }
  }

  private static void playModel(Model model, Backend backend, Dice dice, Load load) {
    var due = new PriorityQueue<Due>(Comparator.comparingLong(Due::atNanos));
    for (int call = 0; call < CALLS; call++) {
      due.add(new Due(call * BETWEEN_CALLS, call * BETWEEN_CALLS, 1));
    }
    for (Due now = due.poll(); now != null; now = due.poll()) {
      load.attempt(now.atNanos, now.attempts);
      if (!backend.fails(now.atNanos, dice)) {
        model.succeeded(now.attempts);
      } else if (now.attempts < model.maxAttempts() && model.mayRetry()) {
        long delay = model.delayNanos(now.attempts, dice);
        due.add(new Due(now.atNanos + delay, now.beganNanos, now.attempts + 1));
      } else {
        load.failed(now.beganNanos);
      }
    }
  }

  private static void playTenfold(Backend backend, Dice dice, Load load) {
    var time = new ManualTimeSource();
    Retry retry = Retry.builder("backend").random(dice).timeSource(time).build();
    Pipeline pipeline = Pipeline.builder("backend", retry).executor(Runnable::run).build();
    List<CompletableFuture<String>> calls = new ArrayList<>();
    for (int call = 0; call < CALLS; call++) {
      int[] attempts = {0};
      calls.add(
          pipeline.callAsync(() -> {
            load.attempt(time.nanoTime(), ++attempts[0]);
            return backend.fails(time.nanoTime(), dice) ? DOWN : UP;
          }));
      time.advance(Duration.ofNanos(BETWEEN_CALLS));
    }
    time.advance(Duration.ofSeconds(30));
    assertThat(calls).allMatch(CompletableFuture::isDone);
    for (int call = 0; call < CALLS; call++) {
      if (calls.get(call).isCompletedExceptionally()) {
        load.failed(call * BETWEEN_CALLS);
      }
    }
  }

  @Test
  void guide_tableOfExtraLoad_showsWhatIsComputedHere() throws IOException {
    List<String> rows = new ArrayList<>();
    for (int processes : new int[] {1, PROCESSES}) {
      var table = new Table(rows, Backend.DEAD, processes);
      table.row("retries in the minute", load -> number(load.retries()));
      table.row("retries a second, second half", load -> decimal(load.retries[1] / 30.0));
      table.row("extra load", Load::extraLoad);
    }
    for (int processes : new int[] {1, PROCESSES}) {
      var table = new Table(rows, Backend.HALF_FAILING, processes);
      table.row("extra load", Load::extraLoad);
      table.row("calls that fail", Load::failed);
    }
    for (int processes : new int[] {1, PROCESSES}) {
      var table = new Table(rows, Backend.RECOVERING, processes);
      table.row("retries while dead", load -> number(load.retries[0]));
      table.row("extra load afterwards", Load::extraLoadLater);
      table.row("calls that fail afterwards", Load::failedLater);
    }

    assertThat(Guide.of("resilience.md").text()).contains(String.join("\n", rows));
  }

  /** The rows of one backend. */
  private static final class Table {
    private final List<String> rows;
    private final String head;
    private final List<Load> loads;

    Table(List<String> rows, Backend backend, int processes) {
      this.rows = rows;
      this.head = "| " + backend + " | " + number(processes) + " | ";
      this.loads = Stream.of(Rule.values()).map(rule -> rule.play(backend, processes)).toList();
    }

    void row(String what, Function<Load, String> cell) {
      String cells = loads.stream().map(cell).collect(Collectors.joining(" | "));
      rows.add(head + what + " | " + cells + " |");
    }
  }

  private static String number(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%,.1f", value);
  }

  private static String percent(long part, long whole) {
    return String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  /** The same numbers on every JVM: the bounded draws of the JDK's generators may change. */
  private static final class Dice implements RandomGenerator {
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private long state;

    /** Starts a sequence that overlaps with none of another seed. */
    Dice(long seed) {
      this.state = mixed(seed * STEP);
    }

    @Override
    public long nextLong() {
      state += STEP;
      return mixed(state);
    }

    /** The finalizer of SplitMix64. */
    private static long mixed(long value) {
      long mixed = (value ^ (value >>> 30)) * 0xBF58476D1CE4E5B9L;
      mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
      return mixed ^ (mixed >>> 31);
    }

    @Override
    public long nextLong(long bound) {
      return Long.remainderUnsigned(nextLong(), bound);
    }
  }
}
