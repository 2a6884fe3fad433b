// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

import static dev.tenfold.benchmarks.Floors.ATOMIC_ADD;
import static dev.tenfold.benchmarks.Floors.ATOMIC_ADD_CONTENDED;
import static dev.tenfold.benchmarks.Floors.CLOCK_READ;
import static dev.tenfold.benchmarks.Floors.RAW_CALL;
import static dev.tenfold.benchmarks.Floors.SEMAPHORE;
import static dev.tenfold.benchmarks.Floors.THROW;
import static dev.tenfold.benchmarks.Floors.THROW_DEEP;

import dev.tenfold.benchmarks.Arm;
import dev.tenfold.benchmarks.Budget;
import dev.tenfold.benchmarks.Row;
import dev.tenfold.benchmarks.Suite;
import java.util.List;
import java.util.stream.Stream;

/**
 * The suite {@code resilience}: one guarded call of trivial work. A budget is the sum of the parts
 * that a policy cannot avoid (the call, a clock reading if the policy needs the time, an atomic add
 * for each word it writes) and a few nanoseconds for branches.
 */
public final class ResilienceSuite implements Suite {
  private static final int FAIL_EVERY = 100;
  private static final String TIMES_ALL_CALLS =
      "Resilience4j also times every call, for its rate of slow calls";

  /** For the service loader. */
  public ResilienceSuite() {}

  @Override
  public String name() {
    return "resilience";
  }

  @Override
  public String description() {
    return "one guarded call, beside the resilience libraries for Java";
  }

  @Override
  public List<Row> rows() {
    return Stream.of(breakers(), singles(), pipelines(), refusals(), contended(), held())
        .flatMap(List::stream)
        .toList();
  }

  @Override
  public List<Arm> floors() {
    return List.of(RAW_CALL, CLOCK_READ, ATOMIC_ADD, ATOMIC_ADD_CONTENDED, SEMAPHORE, THROW);
  }

  private static List<Row> breakers() {
    Arm[] calls = both(Shape.BREAKER_CALLS);
    Arm[] time = both(Shape.BREAKER_TIME);
    return List.of(
        Row.of("breaker, last 100 calls", ours(Shape.BREAKER_CALLS))
            .peers(calls)
            .peers(
                call("Resilience4j, untimed", Contender.RESILIENCE4J_UNTIMED, Shape.BREAKER_CALLS),
                smallRye(Shape.BREAKER_CALLS),
                failsafe(Shape.BREAKER_CALLS))
            .within(Budget.sum(RAW_CALL, ATOMIC_ADD).plus(3))
            .allocatesNothing()
            .note(TIMES_ALL_CALLS + "; \"untimed\" has a clock that stands still.")
            .build(),
        Row.of("breaker, last 100 calls, slow calls", ours(Shape.BREAKER_CALLS_SLOW))
            .peers(calls)
            .within(Budget.sum(RAW_CALL, CLOCK_READ, CLOCK_READ, ATOMIC_ADD).plus(10))
            .aheadOf(calls)
            .allocatesNothing()
            .build(),
        stumbling(),
        Row.of("breaker, last 10 s", ours(Shape.BREAKER_TIME))
            .peers(time)
            .note(TIMES_ALL_CALLS + "; the next row compares like with like.")
            .within(Budget.sum(RAW_CALL, CLOCK_READ, ATOMIC_ADD).plus(8))
            .allocatesNothing()
            .build(),
        Row.of("breaker, last 10 s, slow calls", ours(Shape.BREAKER_SLOW))
            .peers(time)
            .within(Budget.sum(RAW_CALL, CLOCK_READ, CLOCK_READ, ATOMIC_ADD).plus(10))
            .allocatesNothing()
            .build());
  }

  /** The budget is 4 ns more than without failures. The work alone is measured for comparison. */
  private static Row stumbling() {
    return Row.of("breaker, last 100 calls, 1 % fail", stumble("Tenfold", Contender.OURS))
        .peers(
            stumble("no library", Contender.NOBODY),
            stumble("Resilience4j", Contender.RESILIENCE4J))
        .within(Budget.sum(RAW_CALL, ATOMIC_ADD).plus(7))
        .allocatesNothing()
        .note(TIMES_ALL_CALLS + ".")
        .build();
  }

  private static List<Row> singles() {
    Arm semaphore = resilience4j(Shape.BULKHEAD);
    Arm guava = call("Guava RateLimiter", Contender.GUAVA, Shape.RATE_LIMITER);
    return List.of(
        Row.of("bulkhead", ours(Shape.BULKHEAD))
            .peers(semaphore)
            .within(Budget.sum(RAW_CALL, ATOMIC_ADD, ATOMIC_ADD).plus(1))
            .aheadOf(semaphore)
            .allocatesNothing()
            .build(),
        Row.of("retry, first attempt succeeds", ours(Shape.RETRY))
            .peers(
                call("Spring RetryTemplate", Contender.SPRING, Shape.RETRY),
                resilience4j(Shape.RETRY))
            .within(Budget.sum(RAW_CALL).plus(2))
            .allocatesNothing()
            .build(),
        Row.of("rate limiter", ours(Shape.RATE_LIMITER))
            .peers(
                guava,
                call("Bucket4j", Contender.BUCKET4J, Shape.RATE_LIMITER),
                resilience4j(Shape.RATE_LIMITER))
            .within(Budget.sum(RAW_CALL, CLOCK_READ, ATOMIC_ADD).plus(3))
            .aheadOf(guava)
            .allocatesNothing()
            .build(),
        Row.of("timeout, blocking, not fired", ours(Shape.TIMEOUT))
            .peers(smallRye(Shape.TIMEOUT), failsafe(Shape.TIMEOUT))
            .within(Budget.sum(RAW_CALL, CLOCK_READ).plus(60))
            .allocatesAtMost(64)
            .build());
  }

  private static List<Row> pipelines() {
    Arm peer = resilience4j(Shape.PIPELINE_TIME);
    Budget calls = Budget.sum(RAW_CALL, ATOMIC_ADD, ATOMIC_ADD, ATOMIC_ADD).plus(5);
    Budget time = Budget.sum(RAW_CALL, CLOCK_READ, ATOMIC_ADD, ATOMIC_ADD, ATOMIC_ADD).plus(5);
    Budget slow =
        Budget.sum(RAW_CALL, CLOCK_READ, CLOCK_READ, ATOMIC_ADD, ATOMIC_ADD, ATOMIC_ADD).plus(5);
    return List.of(
        Row.of("retry + breaker (last 100 calls) + bulkhead", ours(Shape.PIPELINE_CALLS))
            .peers(
                resilience4j(Shape.PIPELINE_CALLS),
                smallRye(Shape.PIPELINE_CALLS),
                failsafe(Shape.PIPELINE_CALLS))
            .within(calls)
            .allocatesNothing()
            .note(TIMES_ALL_CALLS + ".")
            .build(),
        polluted(),
        Row.of("retry + breaker (last 10 s) + bulkhead", ours(Shape.PIPELINE_TIME))
            .peers(peer)
            .note(TIMES_ALL_CALLS + "; the next row compares like with like.")
            .within(time)
            .allocatesNothing()
            .build(),
        Row.of("retry + breaker (last 10 s, slow calls) + bulkhead", ours(Shape.PIPELINE_SLOW))
            .peers(peer)
            .within(slow)
            .allocatesNothing()
            .build(),
        Row.of(
                "retry + breaker (last 100 calls) + bulkhead + timeout",
                ours(Shape.PIPELINE_CALLS_TIMEOUT))
            .peers(smallRye(Shape.PIPELINE_CALLS_TIMEOUT), failsafe(Shape.PIPELINE_CALLS_TIMEOUT))
            .within(time.plus(60))
            .allocatesAtMost(64)
            .build(),
        Row.of(
                "retry + breaker (last 10 s) + bulkhead + timeout",
                ours(Shape.PIPELINE_TIME_TIMEOUT))
            .within(time.plus(60))
            .allocatesAtMost(64)
            .build());
  }

  /**
   * The same pipeline after many other pipelines, as in a process that has more than one. The
   * compiler can take less for granted there, so that the call costs more.
   */
  private static Row polluted() {
    Arm peer = resilience4j(Shape.PIPELINE_CALLS);
    return Row.of(
            "retry + breaker (last 100 calls) + bulkhead, profile polluted",
            call("Tenfold, profile polluted", Contender.OURS_POLLUTED, Shape.PIPELINE_CALLS))
        .peers(ours(Shape.PIPELINE_CALLS), peer)
        .aheadOf(peer)
        .allocatesNothing()
        .note("Only Tenfold's profile is polluted; the peer's fork sees one pipeline.")
        .build();
  }

  private static List<Row> refusals() {
    return List.of(
        refusal(0, Budget.sum(CLOCK_READ).plus(40)),
        refusal(40, Budget.sum(THROW_DEEP).plus(70)),
        Row.of("open breaker, not thrown", ours(Shape.OPEN_UNTHROWN))
            .peers(
                call(
                    "Resilience4j tryAcquirePermission",
                    Contender.RESILIENCE4J,
                    Shape.OPEN_UNTHROWN))
            .within(Budget.sum(CLOCK_READ).plus(15))
            .allocatesAtMost(32)
            .build());
  }

  private static Row refusal(int depth, Budget budget) {
    return Row.of("open breaker, thrown, depth " + depth, refuse("Tenfold", Contender.OURS, depth))
        .peers(
            refuse("Resilience4j", Contender.RESILIENCE4J, depth),
            refuse("Resilience4j, no stack trace", Contender.RESILIENCE4J_STACKLESS, depth))
        .within(budget)
        .build();
  }

  private static List<Row> contended() {
    Arm breaker = resilience4j(Shape.BREAKER_CALLS).threads(2);
    Arm lockFree = lockFree(Shape.BREAKER_CALLS).threads(2);
    Arm guard = smallRye(Shape.BREAKER_CALLS).threads(2);
    Arm pipeline = resilience4j(Shape.PIPELINE_CALLS).threads(2);
    Arm guards = smallRye(Shape.PIPELINE_CALLS).threads(2);
    Arm time = resilience4j(Shape.PIPELINE_TIME).threads(2);
    return List.of(
        Row.of("breaker, last 100 calls, 2 threads", ours(Shape.BREAKER_CALLS).threads(2))
            .peers(breaker, lockFree, guard)
            .timesAheadOf(4, breaker, lockFree, guard)
            .build(),
        Row.of(
                "retry + breaker (last 100 calls) + bulkhead, 2 threads",
                ours(Shape.PIPELINE_CALLS).threads(2))
            .peers(pipeline, guards)
            .timesAheadOf(2, pipeline)
            .timesAheadOf(3, guards)
            .build(),
        Row.of(
                "retry + breaker (last 10 s) + bulkhead, 2 threads",
                ours(Shape.PIPELINE_TIME).threads(2))
            .peers(time, guards)
            .notBehind(time, guards)
            .build());
  }

  private static List<Row> held() {
    return List.of(
        held("last 10 s", Shape.BREAKER_TIME), held("last 100 calls", Shape.BREAKER_CALLS));
  }

  private static Row held(String window, Shape shape) {
    return Row.of(
            "memory of one more breaker that was used and is idle, " + window,
            new Arm.AddedFootprint("Tenfold", () -> Tenfold.idle(shape)))
        .peers(new Arm.AddedFootprint("Resilience4j", () -> Resilience4j.idle(shape)))
        .atMost(600)
        .build();
  }

  private static Arm.Timed ours(Shape shape) {
    return call("Tenfold", Contender.OURS, shape);
  }

  private static Arm.Timed resilience4j(Shape shape) {
    return call("Resilience4j", Contender.RESILIENCE4J, shape);
  }

  private static Arm.Timed lockFree(Shape shape) {
    return call("Resilience4j, lock-free", Contender.RESILIENCE4J_LOCK_FREE, shape);
  }

  /** Resilience4j with both of its windows. */
  private static Arm[] both(Shape shape) {
    return new Arm[] {resilience4j(shape), lockFree(shape)};
  }

  private static Arm.Timed smallRye(Shape shape) {
    return call("SmallRye", Contender.SMALLRYE, shape);
  }

  private static Arm.Timed failsafe(Shape shape) {
    return call("Failsafe", Contender.FAILSAFE, shape);
  }

  private static Arm.Timed call(String name, Contender contender, Shape shape) {
    return arm(name, "call", contender, shape, 0);
  }

  private static Arm.Timed stumble(String name, Contender contender) {
    return arm(name, "stumble", contender, Shape.BREAKER_CALLS, FAIL_EVERY);
  }

  private static Arm.Timed refuse(String name, Contender contender, int depth) {
    return arm(name, "refuse", contender, Shape.OPEN, 0, "depth", depth);
  }

  private static Arm.Timed arm(
      String name, String method, Contender contender, Shape shape, int failEvery, Object... more) {
    Stream<Object> params =
        Stream.of("contender", contender, "shape", shape, "failEvery", failEvery);
    return Arm.timed(
        name, GuardBenchmark.class, method, Stream.concat(params, Stream.of(more)).toArray());
  }
}
