// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class ChecksTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void checks_valueAllowed_returnIt() {
    assertThat(Checks.name("retry", "a")).isEqualTo("a");
    assertThat(Checks.atLeast(1, "limit", 1)).isEqualTo(1);
    assertThat(Checks.atLeast(SECOND, "ttl", SECOND)).isEqualTo(SECOND);
    assertThat(Checks.range(1, 3, "limit", 1)).isEqualTo(1);
    assertThat(Checks.range(1, 3, "limit", 3)).isEqualTo(3);
    assertThat(Checks.range(1L, 3L, "limit", 3L)).isEqualTo(3);
    assertThat(Checks.range(0.0, 1.0, "ratio", 0.0)).isZero();
    assertThat(Checks.range(SECOND, MINUTE, "ttl", SECOND)).isEqualTo(SECOND);
    assertThat(Checks.range(SECOND, MINUTE, "ttl", MINUTE)).isEqualTo(MINUTE);
    assertThat(Checks.ratio("rate", 1)).isEqualTo(1);
    assertThat(Checks.positiveNanos("wait", Duration.ofNanos(1))).isEqualTo(1);
    assertThat(Checks.nonNegativeNanos("wait", Duration.ZERO)).isZero();
  }

  @Test
  void checks_valueRefused_messageHoldsNameValueAndLimit() {
    refused("the name of a retry is empty", () -> Checks.name("retry", ""));
    refused("limit is 0; it must be at least 1", () -> Checks.atLeast(1, "limit", 0));
    refused(
        "ttl is PT0S; it must be at least PT1S",
        () -> Checks.atLeast(SECOND, "ttl", Duration.ZERO));
    refused("limit is 4; it must be from 1 to 3", () -> Checks.range(1, 3, "limit", 4));
    refused("limit is 0; it must be from 1 to 3", () -> Checks.range(1L, 3L, "limit", 0L));
    refused("ratio is NaN; it must be from 0.0 to 1.0", () -> range(Double.NaN));
    refused("ratio is 1.5; it must be from 0.0 to 1.0", () -> range(1.5));
    refused(
        "ttl is PT2M; it must be from PT1S to PT1M",
        () -> Checks.range(SECOND, MINUTE, "ttl", MINUTE.multipliedBy(2)));
    refused(
        "ttl is PT0S; it must be from PT1S to PT1M",
        () -> Checks.range(SECOND, MINUTE, "ttl", Duration.ZERO));
    refused("rate is 0.0; it must be more than 0 and at most 1", () -> Checks.ratio("rate", 0));
    refused(
        "rate is NaN; it must be more than 0 and at most 1",
        () -> Checks.ratio("rate", Double.NaN));
    refused(
        "wait is PT-1S; it must be 0 or more",
        () -> Checks.nonNegativeNanos("wait", SECOND.negated()));
    refused(
        "wait is PT0S; it must be more than 0", () -> Checks.positiveNanos("wait", Duration.ZERO));
    refused(
        "wait is PT-1S; it must be more than 0",
        () -> Checks.positiveNanos("wait", SECOND.negated()));
  }

  @Test
  void nanos_durationBeyondTheLimit_isTheLimit() {
    Duration max = Duration.ofNanos(Checks.MAX_NANOS);

    assertThat(Checks.nanos(max)).isEqualTo(Checks.MAX_NANOS);
    assertThat(Checks.nanos(max.plusNanos(1))).isEqualTo(Checks.MAX_NANOS);
    assertThat(Checks.nanos(max.negated().minusNanos(1))).isEqualTo(-Checks.MAX_NANOS);
    assertThat(Checks.nanos(Duration.ofSeconds(Long.MAX_VALUE))).isEqualTo(Checks.MAX_NANOS);
  }

  private static double range(double value) {
    return Checks.range(0.0, 1.0, "ratio", value);
  }

  private static void refused(String message, ThrowingCallable check) {
    assertThatIllegalArgumentException().isThrownBy(check).withMessage(message);
  }
}
