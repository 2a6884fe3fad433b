// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The lambda forms of scopes: open, the code, closed whatever it does. */
class ScopeCallTest {
  private static final Ambient.Key<String> TENANT = Ambient.key("tenant");
  private static final Deadline DEADLINE =
      Deadline.after(Duration.ofSeconds(1), new ManualTimeSource());
  private static final Ambient SNAPSHOT = Ambient.call(TENANT, "acme", Ambient::capture);

  /** Each kind of scope, and how to tell that it is open. */
  enum Kind {
    DEADLINE {
      @Override
      <T, X extends Exception> T call(CheckedSupplier<T, X> code) throws X {
        return ScopeCallTest.DEADLINE.call(code);
      }

      @Override
      <X extends Exception> void run(CheckedRunnable<X> code) throws X {
        ScopeCallTest.DEADLINE.run(code);
      }

      @Override
      boolean isOpen() {
        return Deadline.current() == ScopeCallTest.DEADLINE;
      }
    },
    READ_INTENT {
      @Override
      <T, X extends Exception> T call(CheckedSupplier<T, X> code) throws X {
        return ReadIntent.PRIMARY.call(code);
      }

      @Override
      <X extends Exception> void run(CheckedRunnable<X> code) throws X {
        ReadIntent.PRIMARY.run(code);
      }

      @Override
      boolean isOpen() {
        return ReadIntent.current() == ReadIntent.PRIMARY;
      }
    },
    VALUE {
      @Override
      <T, X extends Exception> T call(CheckedSupplier<T, X> code) throws X {
        return Ambient.call(TENANT, "acme", code);
      }

      @Override
      <X extends Exception> void run(CheckedRunnable<X> code) throws X {
        Ambient.run(TENANT, "acme", code);
      }

      @Override
      boolean isOpen() {
        return "acme".equals(Ambient.get(TENANT));
      }
    },
    SNAPSHOT {
      @Override
      <T, X extends Exception> T call(CheckedSupplier<T, X> code) throws X {
        return ScopeCallTest.SNAPSHOT.call(code);
      }

      @Override
      <X extends Exception> void run(CheckedRunnable<X> code) throws X {
        ScopeCallTest.SNAPSHOT.run(code);
      }

      @Override
      boolean isOpen() {
        return "acme".equals(Ambient.get(TENANT));
      }
    };

    abstract <T, X extends Exception> T call(CheckedSupplier<T, X> code) throws X;

    abstract <X extends Exception> void run(CheckedRunnable<X> code) throws X;

    abstract boolean isOpen();
  }

  @AfterEach
  void nothingIsLeftOpen() {
    assertThat(Ambient.capture()).hasToString("Ambient[]");
  }

  @ParameterizedTest
  @EnumSource
  void call_code_runsInTheScopeAndItsValueIsReturned(Kind kind) {
    assertThat(kind.isOpen()).isFalse();

    String value = kind.call(() -> kind.isOpen() ? "inside" : "outside");

    assertThat(value).isEqualTo("inside");
  }

  @ParameterizedTest
  @EnumSource
  void run_code_runsInTheScopeOnce(Kind kind) {
    int[] inside = {0};

    kind.run(() -> inside[0] += kind.isOpen() ? 1 : 100);

    assertThat(inside[0]).isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource
  void callAndRun_codeThrows_throwTheSameAndClose(Kind kind) {
    IOException failure = new IOException();
    CheckedRunnable<IOException> code =
        () -> {
          throw failure;
        };

    assertThatThrownBy(() -> kind.run(code)).isSameAs(failure).hasNoSuppressedExceptions();
    assertThatThrownBy(() ->
            kind.call(() -> {
              code.run();
              return "never";
            }))
        .isSameAs(failure);
    assertThat(kind.isOpen()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("NullAway")
  void callAndRun_null_areRefused(Kind kind) {
    CheckedSupplier<String, RuntimeException> noSupplier = nothing();
    CheckedRunnable<RuntimeException> noRunnable = nothing();

    assertThatNullPointerException().isThrownBy(() -> kind.call(noSupplier)).withMessage("code");
    assertThatNullPointerException().isThrownBy(() -> kind.run(noRunnable)).withMessage("code");
  }

  private static <T> @Nullable T nothing() {
    return null;
  }
}
