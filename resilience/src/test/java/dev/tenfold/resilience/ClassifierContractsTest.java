// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.contract.ClassifierContract;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The classifier that the documentation shows keeps the contract and says what it promises. */
class ClassifierContractsTest {

  record Response(int status) {}

  static final class ValidationException extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** The example of {@link Classifier}. */
  static final class HttpClassifier implements Classifier {
    @Override
    public Verdict classify(Object value, Throwable error) {
      if (value instanceof Response response) {
        int status = response.status();
        return status >= 500 || status == 429
            ? Verdict.FAILURE
            : status >= 400 ? Verdict.IGNORED : Verdict.SUCCESS;
      }
      return error instanceof ValidationException ? Verdict.IGNORED : null;
    }
  }

  @ParameterizedTest
  @CsvSource({"200,SUCCESS", "304,SUCCESS", "404,IGNORED", "429,FAILURE", "503,FAILURE"})
  void httpClassifier_status_saysWhoseFaultItIs(int status, Verdict verdict) {
    assertThat(new HttpClassifier().classify(new Response(status), null)).isEqualTo(verdict);
  }

  @Test
  void httpClassifier_ignoredStatus_isNeitherRepeatedNorCounted() {
    Classifier http = new HttpClassifier();
    CircuitBreaker breaker =
        CircuitBreaker.builder("http").consecutiveFailures(1).classifier(http).build();
    Retry retry = Retry.builder("http").classifier(http).build();

    Response response = Pipeline.of("http", retry, breaker).call(() -> new Response(404));

    assertThat(response.status()).isEqualTo(404);
    assertThat(retry.retries()).isZero();
    assertThat(breaker.state()).isEqualTo(BreakerState.CLOSED);
  }

  @Nested
  class Example extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return new HttpClassifier();
    }

    @Override
    protected List<Object> values() {
      List<Object> values = super.values();
      values.addAll(List.of(new Response(200), new Response(404), new Response(503)));
      return values;
    }

    @Override
    protected List<Throwable> errors() {
      List<Throwable> errors = super.errors();
      errors.add(new ValidationException());
      return errors;
    }
  }

  @Nested
  class Indifferent extends ClassifierContract {
    @Override
    protected Classifier classifier() {
      return (value, error) -> null;
    }
  }
}
