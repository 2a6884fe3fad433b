// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AmbientTest {
  private static final Ambient.Key<String> TENANT = Ambient.key("tenant");
  private static final Ambient.Key<Integer> DEPTH = Ambient.key("depth");

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Ambient.capture()).hasToString("Ambient[]");
  }

  @Test
  void get_nothingOpen_isNull() {
    assertThat(Ambient.get(TENANT)).isNull();
  }

  @Test
  void get_nestedScopes_seesTheInnermostOfItsKey() {
    try (Ambient.Scope outer = Ambient.open(TENANT, "acme")) {
      try (Ambient.Scope other = Ambient.open(DEPTH, 1)) {
        try (Ambient.Scope inner = Ambient.open(TENANT, "globex")) {
          assertThat(Ambient.get(TENANT)).isEqualTo("globex");
          assertThat(Ambient.get(DEPTH)).isEqualTo(1);
        }
        assertThat(Ambient.get(TENANT)).isEqualTo("acme");
      }
      assertThat(Ambient.get(DEPTH)).isNull();
    }
    assertThat(Ambient.get(TENANT)).isNull();
  }

  @Test
  void get_keyOfTheSameName_isAnotherKey() {
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      assertThat(Ambient.get(Ambient.<String>key("tenant"))).isNull();
    }
  }

  @Test
  void open_null_isRefused() {
    assertThatNullPointerException().isThrownBy(() -> Ambient.open(TENANT, null));
  }

  @Test
  void close_twice_isHarmless() {
    Ambient.Scope scope = Ambient.open(TENANT, "acme");
    scope.close();
    try (Ambient.Scope later = Ambient.open(TENANT, "globex")) {
      scope.close();
      assertThat(Ambient.get(TENANT)).isEqualTo("globex");
    }
  }

  @Test
  void close_onAnotherThread_isRefusedAndChangesNothing() throws InterruptedException {
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      var thrown = new AtomicReference<Throwable>();
      var other = new Thread(() -> thrown.set(catchThrowable(scope::close)), "other");
      other.start();
      other.join();

      assertThat(thrown.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining(Thread.currentThread().getName())
          .hasMessageContaining("other");
      assertThat(Ambient.get(TENANT)).isEqualTo("acme");
    }
  }

  @Test
  void close_outOfOrder_isRefusedUntilTheInnerOneIsClosed() {
    Ambient.Scope outer = Ambient.open(TENANT, "acme");
    Ambient.Scope inner = Ambient.open(TENANT, "globex");

    assertThatIllegalStateException()
        .isThrownBy(outer::close)
        .withMessageContaining("opened later is still open")
        .withMessageContaining("tenant=acme");
    assertThat(Ambient.get(TENANT)).isEqualTo("globex");
    inner.close();
    outer.close();
  }

  @Test
  void close_outOfOrderWithTheSameSnapshotInside_isRefusedToo() {
    Ambient.Scope outer = Ambient.open(TENANT, "acme");
    Ambient.Scope again = Ambient.capture().open();

    assertThatIllegalStateException().isThrownBy(outer::close);
    again.close();
    assertThat(Ambient.get(TENANT)).isEqualTo("acme");
    outer.close();
  }

  @Test
  void capture_opensElsewhere_inPlaceOfWhatIsBoundThere() throws Exception {
    Ambient snapshot;
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      snapshot = Ambient.capture();
    }
    try (Ambient.Scope scope = Ambient.open(DEPTH, 3)) {
      try (Ambient.Scope moved = snapshot.open()) {
        assertThat(Ambient.get(TENANT)).isEqualTo("acme");
        assertThat(Ambient.get(DEPTH)).isNull();
        try (Ambient.Scope inner = Ambient.open(DEPTH, 4)) {
          assertThat(Ambient.get(DEPTH)).isEqualTo(4);
        }
      }
      assertThat(Ambient.get(DEPTH)).isEqualTo(3);
    }
  }

  @Test
  void wrap_anyKindOfTask_runsUnderTheSnapshotAndRestores() throws Exception {
    List<String> seen = new ArrayList<>();
    Runnable runnable;
    Callable<String> callable;
    Supplier<String> supplier;
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      Ambient snapshot = Ambient.capture();
      runnable =
          snapshot.wrap(() -> {
            seen.add(String.valueOf(Ambient.get(TENANT)));
          });
      callable = snapshot.wrap(() -> Ambient.get(TENANT));
      supplier = snapshot.wrapSupplier(() -> Ambient.get(TENANT));
    }
    runnable.run();
    seen.add(callable.call());
    seen.add(supplier.get());
    seen.add(String.valueOf(Ambient.get(TENANT)));

    assertThat(seen).containsExactly("acme", "acme", "acme", "null");
  }

  @Test
  void wrap_taskThatThrows_restoresAndThrows() {
    Runnable task =
        Ambient.capture()
            .wrap(
                (Runnable)
                    () -> {
                      throw new IllegalArgumentException("task");
                    });
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      assertThat(catchThrowable(task::run)).isInstanceOf(IllegalArgumentException.class);
      assertThat(Ambient.get(TENANT)).isEqualTo("acme");
    }
  }

  @Test
  void wrap_executor_carriesWhatTheSubmitterHad() {
    List<Runnable> queue = new ArrayList<>();
    List<String> seen = new ArrayList<>();
    var executor = Ambient.wrap(queue::add);
    try (Ambient.Scope scope = Ambient.open(TENANT, "acme")) {
      executor.execute(() -> seen.add(Ambient.get(TENANT)));
    }
    queue.forEach(Runnable::run);

    assertThat(seen).containsExactly("acme");
  }
}
