// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StaticRuleTest {
  /** %d is the number of the planted class. */
  private static final List<String> DIRTY =
      List.of(
          "static int x;",
          "static volatile String x;",
          "static final Map<String, String> X = new HashMap<>();",
          "static final List<String> X = new ArrayList<>();",
          "static final List<int[]> X = List.of(new int[] {1});",
          "static final Collection<?> X = new java.util.concurrent.ConcurrentLinkedQueue<String>();",
          "static final AtomicLong X = new AtomicLong();",
          "static final ThreadLocal<String> X = new ThreadLocal<>();",
          "static final StringBuilder X = new StringBuilder();",
          "static final Object X = new LongAdder();",
          "static final Random X = new Random(1);",
          "static final java.util.concurrent.locks.Lock X = new ReentrantLock();",
          "static final java.util.concurrent.Executor X = new ForkJoinPool(1);",
          "static final int[] X = {1, 2};",
          "private static final List<?>[] X = {new ArrayList<>()};",
          "static final Planted%d X = new Planted%d(); int count;",
          "static final Planted%d X = new Planted%d(); final AtomicLong count = new AtomicLong();",
          "static final Runnable X = counting(new AtomicLong()); static Runnable counting(AtomicLong c) { return () -> c.incrementAndGet(); }",
          "enum Mode { X; int uses; }");

  private static final List<String> CLEAN =
      List.of(
          "static final int X = 1;",
          "static final Integer X = 1;",
          "static final Duration X = Duration.ofSeconds(1);",
          "static final List<String> X = List.of(\"a\");",
          "static final Map<String, Duration> X = Map.of(\"a\", Duration.ZERO);",
          "static final Set<TimeUnit> X = Set.of(TimeUnit.SECONDS);",
          "static final Optional<String> X = Optional.of(\"a\");",
          "static final Comparator<String> X = Comparator.comparing(String::length);",
          "static final java.util.function.LongSupplier X = () -> 1;",
          "static final java.nio.charset.Charset X = java.nio.charset.StandardCharsets.UTF_8;",
          "static final VarHandle X; static { X = MethodHandles.arrayElementVarHandle(int[].class); }",
          "volatile int x; static final java.util.concurrent.atomic.AtomicIntegerFieldUpdater<Planted%d> X = java.util.concurrent.atomic.AtomicIntegerFieldUpdater.newUpdater(Planted%d.class, \"x\");",
          "static final byte[] X = {};",
          "private static final long[] X = {1, 2};",
          "private static final String[][] X = {{\"a\"}, {\"b\"}};",
          "static final Planted%d X = new Planted%d(); final String name = \"a\"; final int size = 1;",
          "static final Object X = new Object[0]; record Pair(String a, int b) {}",
          "enum Mode { X, Y { @Override int f() { return 1; } }; final int a = 1; int f() { return 0; } int g(Mode m) { return switch (m) { case X -> 1; case Y -> 2; }; } }",
          "static void f(int x) { assert x > 0; }");

  @TempDir Path directory;

  @Test
  void staticField_canChange_isNamed() throws IOException {
    List<String> violations = module(DIRTY).violations("statics");
    for (int i = 0; i < DIRTY.size(); i++) {
      String field = "\\[statics] dev\\.tenfold\\.cache\\.Planted" + i + "(\\$Mode)?\\.[xX]: .*";
      assertThat(violations).as(DIRTY.get(i)).filteredOn(v -> v.matches(field)).hasSize(1);
    }
    assertThat(violations).hasSameSizeAs(DIRTY);
  }

  @Test
  void staticField_cannotChange_passes() throws IOException {
    assertThat(module(CLEAN).violations("statics")).isEmpty();
  }

  @Test
  void allowedField_isNeverInitialized() throws IOException {
    String member = "static final Object X = boom(); static Object boom() { throw new Error(); }";
    var module = module(List.of(member));

    assertThat(module.violations("statics"))
        .singleElement()
        .asString()
        .contains("cannot be judged");
    assertThat(module.rules().allow("dev.tenfold.cache.Planted0.X", "as if").violations())
        .noneMatch(v -> v.startsWith("[statics]"));
  }

  private PlantedModule module(List<String> members) {
    var module = new PlantedModule(directory, "cache");
    for (int i = 0; i < members.size(); i++) {
      module.main(
          "dev.tenfold.cache.Planted" + i,
          """
          import java.lang.invoke.*;
          import java.time.*;
          import java.util.*;
          import java.util.concurrent.*;
          import java.util.concurrent.atomic.*;
          import java.util.concurrent.locks.*;
          class Planted%s {
            %s
          }
          """
              .formatted(i, members.get(i).replace("%d", String.valueOf(i))));
    }
    return module;
  }
}
