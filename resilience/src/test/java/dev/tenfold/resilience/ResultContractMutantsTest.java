// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.resilience.contract.BreakerSignalContract;
import dev.tenfold.resilience.contract.ClassifierContract;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong classifiers and breaker signals, each of which the contract finds by its duty. */
class ResultContractMutantsTest {

  record Response(int status, Duration retryAfter) {}

  /** The example of {@link BreakerSignal}. */
  @Nested
  class Sound extends BreakerSignalContract {
    @Override
    protected BreakerSignal signal() {
      return (value, error) ->
          value instanceof Response r && r.status() == 429 ? r.retryAfter() : null;
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(ResultContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongReader_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "read_anything_answersWithoutThrowing",
      duty = "a value of any type gets an answer, not an exception")
  static class CastsTheValue extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return (value, error) ->
          error == null && ((Response) value).status() >= 500 ? Verdict.FAILURE : null;
    }
  }

  @Breaks(
      test = "read_anything_answersWithoutThrowing",
      duty = "an error of any type gets an answer, not an exception")
  static class ReadsTheMessage extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return (value, error) ->
          error != null && error.getMessage().contains("timed out") ? Verdict.FAILURE : null;
    }
  }

  @Breaks(
      test = "classify_anything_neverSaysThatTheCallDidNotRun",
      duty = "a classifier never answers ABANDONED")
  static class Abandons extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return (value, error) -> error instanceof Error ? Verdict.ABANDONED : null;
    }
  }

  @Breaks(
      test = "read_whateverCameBefore_answersTheSame",
      duty = "the same result gets the same answer, whatever came before")
  static class EveryThird extends ClassifierContract {
    private final AtomicInteger failures = new AtomicInteger();

    @Override
    protected Classifier classifier() {
      return (value, error) ->
          error != null && failures.incrementAndGet() % 4 == 0 ? Verdict.FAILURE : Verdict.IGNORED;
    }
  }

  @Breaks(
      test = "read_whateverCameBefore_answersTheSame",
      duty = "the same result gets the same answer, in whatever order")
  static class FirstDecides extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return new Classifier() {
        private Verdict first;

        @Override
        public Verdict classify(Object value, Throwable error) {
          if (first == null) {
            first = error == null ? Verdict.SUCCESS : Verdict.FAILURE;
          }
          return first;
        }
      };
    }
  }

  @Breaks(test = "read_anything_doesNotBlock", duty = "reading a result does not block")
  static class AsksAnother extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return (value, error) -> {
        try {
          TimeSource.system().sleep(1_000);
        } catch (InterruptedException interrupt) {
          Thread.currentThread().interrupt();
        }
        return null;
      };
    }
  }

  @Breaks(
      test = "read_fromManyThreads_answersTheSame",
      duty = "the same result gets the same answer, on whatever thread")
  static class SharedField extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return new Classifier() {
        private volatile Throwable cause;

        @Override
        public Verdict classify(Object value, Throwable error) {
          cause = error;
          for (Throwable next = error; next != null; next = next.getCause()) {
            cause = next;
          }
          return cause instanceof RuntimeException ? Verdict.IGNORED : null;
        }
      };
    }
  }

  @Breaks(
      test = "read_anything_answersWithoutThrowing",
      duty = "a value of any type gets an answer, not an exception")
  static class SignalOfOneType extends BreakerSignalContract {
    @Override
    protected BreakerSignal signal() {
      return (value, error) -> error == null ? ((Response) value).retryAfter() : null;
    }
  }

  @Breaks(
      test = "read_whateverCameBefore_answersTheSame",
      duty = "the same result gets the same answer, whatever came before")
  static class SignalThatGrows extends BreakerSignalContract {
    @Override
    protected BreakerSignal signal() {
      AtomicInteger seconds = new AtomicInteger();
      return (value, error) -> Duration.ofSeconds(seconds.incrementAndGet());
    }
  }
}
