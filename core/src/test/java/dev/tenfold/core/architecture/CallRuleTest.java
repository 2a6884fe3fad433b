// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CallRuleTest {
  private static final List<String> EXPRESSIONS =
      List.of(
          "System.nanoTime()",
          "System.currentTimeMillis()",
          "java.time.Instant.now()",
          "java.time.LocalDateTime.now()",
          "java.time.ZonedDateTime.now(java.time.ZoneOffset.UTC)",
          "java.time.Clock.systemUTC()",
          "java.time.InstantSource.system()",
          "new java.util.Date()",
          "Math.random()",
          "ThreadLocalRandom.current().nextLong()",
          "new java.util.Random()",
          "new java.util.SplittableRandom()",
          "new java.security.SecureRandom()",
          "java.util.random.RandomGenerator.getDefault()",
          "UUID.randomUUID()",
          "new Timer()",
          "new ScheduledThreadPoolExecutor(1)",
          "Executors.newSingleThreadScheduledExecutor()",
          "new Semaphore(1).tryAcquire(1, SECONDS)",
          "new CountDownLatch(1).await(1, SECONDS)",
          "new ReentrantLock().tryLock(1, SECONDS)",
          "new ReentrantLock().newCondition().await(1, SECONDS)",
          "new ReentrantLock().newCondition().awaitNanos(1)",
          "new CompletableFuture<String>().get(1, SECONDS)",
          "new CompletableFuture<String>().orTimeout(1, SECONDS)",
          "new CompletableFuture<String>().completeOnTimeout(null, 1, SECONDS)",
          "CompletableFuture.delayedExecutor(1, SECONDS)",
          "new ArrayBlockingQueue<String>(1).poll(1, SECONDS)",
          "new ArrayBlockingQueue<String>(1).offer(\"\", 1, SECONDS)",
          "new ForkJoinPool().awaitTermination(1, SECONDS)",
          "new ProcessBuilder().start().waitFor(1, SECONDS)");
  private static final List<String> STATEMENTS =
      List.of(
          "Thread.sleep(1)",
          "Thread.currentThread().join(1)",
          "SECONDS.sleep(1)",
          "LockSupport.parkNanos(1)",
          "LockSupport.parkNanos(this, 1)",
          "LockSupport.parkUntil(1)",
          "wait(1)",
          "Collections.shuffle(new ArrayList<String>())");
  private static final List<String> HIDDEN =
      List.of(
          "LongSupplier clock = System::nanoTime;",
          "LongSupplier clock = () -> System.nanoTime();",
          "Supplier<Random> random = Random::new;",
          "Object clock = new Object() { long read() { return System.nanoTime(); } };");
  private static final List<String> CLEAN =
      List.of(
          "long read(dev.tenfold.core.TimeSource time) { return time.nanoTime(); }",
          "Object read(java.time.Clock clock) { return java.time.Instant.now(clock); }",
          "Object read(java.time.InstantSource clock) { return clock.instant(); }",
          "Object seeded(long seed) { return new Random(seed); }",
          "void park() { LockSupport.park(this); }",
          "void join(Thread thread) throws Exception { thread.join(); }",
          "void latch(CountDownLatch latch) throws Exception { latch.await(); }",
          "boolean lock(ReentrantLock lock) { return lock.tryLock(); }",
          "long convert(long nanos) { return SECONDS.convert(nanos, NANOSECONDS); }",
          "void shuffle(List<?> list, Random random) { Collections.shuffle(list, random); }");

  @TempDir Path directory;

  @Test
  void call_readsTheClockOrWaitsOrDraws_isNamed() throws IOException {
    List<String> members = new ArrayList<>();
    EXPRESSIONS.forEach(e -> members.add("Object run() throws Exception { return " + e + "; }"));
    STATEMENTS.forEach(s -> members.add("void run() throws Exception { " + s + "; }"));

    assertEachIsNamed(members, ".run()");
  }

  @Test
  void call_hiddenInReferenceOrLambdaOrAnonymousClass_isNamed() throws IOException {
    assertEachIsNamed(HIDDEN, "Planted");
  }

  @Test
  void call_takesItFromOutsideOrDoesNotWait_passes() throws IOException {
    assertThat(violations(CLEAN)).isEmpty();
  }

  private void assertEachIsNamed(List<String> members, String where) throws IOException {
    List<String> violations = violations(members);
    for (int i = 0; i < members.size(); i++) {
      String name = "Planted" + i;
      assertThat(violations)
          .as(members.get(i))
          .filteredOn(v -> v.matches("(?s).* dev\\.tenfold\\.cache\\." + name + "\\b.*"))
          .singleElement()
          .asString()
          .contains(" -> ", where, "(" + name + ".java:");
    }
  }

  private List<String> violations(List<String> members) throws IOException {
    var module = new PlantedModule(directory, "cache");
    for (int i = 0; i < members.size(); i++) {
      module.main(
          "dev.tenfold.cache.Planted" + i,
          """
          import static java.util.concurrent.TimeUnit.*;
          import java.util.*;
          import java.util.concurrent.*;
          import java.util.concurrent.locks.*;
          import java.util.function.*;
          class Planted%s {
            %s
          }
          """
              .formatted(i, members.get(i)));
    }
    return module.violations("calls");
  }
}
