// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.time.Duration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** The small values: outcomes, refusals, tags, read intents, and the telemetry that ignores all. */
class ValuesTest {

  private static String fold(Outcome<String> outcome) {
    Function<String, String> value = v -> "value " + v;
    return outcome.fold(value, e -> "error " + e.getMessage(), r -> "refusal " + r.policy());
  }

  @Test
  void outcome_fold_appliesTheFunctionThatFits() {
    assertThat(fold(new Outcome.Success<>("a"))).isEqualTo("value a");
    assertThat(fold(new Outcome.Success<>(null))).isEqualTo("value null");
    assertThat(fold(new Outcome.Failure<>(new IOException("io")))).isEqualTo("error io");
    assertThat(fold(new Outcome.Rejected<>(new RejectedException("db", "full", null))))
        .isEqualTo("refusal db");
  }

  @Test
  void outcome_withoutItsReason_isRefused() {
    assertThatNullPointerException().isThrownBy(() -> new Outcome.Failure<>(null));
    assertThatNullPointerException().isThrownBy(() -> new Outcome.Rejected<>(null));
  }

  @Test
  void rejectedException_hasNoStackTraceAndTakesNoSuppressed() {
    var refusal = new RejectedException("payments", "open", Duration.ofSeconds(3));
    refusal.addSuppressed(new IOException());

    assertThat(refusal).hasMessage("payments: open").hasNoSuppressedExceptions();
    assertThat(refusal.getStackTrace()).isEmpty();
    assertThat(refusal.policy()).isEqualTo("payments");
    assertThat(refusal.retryAfter()).contains(Duration.ofSeconds(3));
  }

  @Test
  void rejectedException_unknownWait_isEmpty() {
    assertThat(new RejectedException("payments", "open", null).retryAfter()).isEmpty();
    assertThatNullPointerException().isThrownBy(() -> new RejectedException(null, "open", null));
  }

  @Test
  void rejectedException_waitAsNumber_saysTheSame() {
    var refusal = new RejectedException("payments", "open", 1_500L);

    assertThat(refusal).hasMessage("payments: open");
    assertThat(refusal.reason()).isEqualTo("open");
    assertThat(refusal.retryAfter()).contains(Duration.ofNanos(1_500));
    assertThat(new RejectedException("payments", "open", -7L).retryAfterNanos()).isEqualTo(-1);
    assertThat(new RejectedException("p", "open", Duration.ofDays(200_000)).retryAfterNanos())
        .isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void outcomeRejected_withoutException_makesItWhenAsked() {
    var rejected = new Outcome.Rejected<String>("payments", Because.OPEN, 1_500, null);

    assertThat(rejected.reason()).isEqualTo("open");
    assertThat(rejected.refusal()).hasMessage("payments: open").isNotSameAs(rejected.refusal());
    assertThat(rejected.refusal().kind()).isEqualTo(Because.OPEN);
    assertThat(rejected.refusal().retryAfterNanos()).isEqualTo(1_500);
    assertThat(new Outcome.Rejected<>("payments", Because.OPEN, -9, null).retryAfterNanos())
        .isEqualTo(-1);
  }

  @Test
  void outcomeRejected_withException_saysWhatItSays() {
    var thrown = new RejectedException("payments", "maintenance until noon", 3L);
    var rejected = new Outcome.Rejected<>(thrown);

    assertThat(rejected.refusal()).isSameAs(thrown);
    assertThat(rejected.reason()).isEqualTo("maintenance until noon");
    assertThat(rejected.kind()).isEqualTo(RejectedException.Kind.UNSPECIFIED);
    assertThatNullPointerException()
        .isThrownBy(() -> new Outcome.Rejected<>("payments", null, 1, null));
  }

  @Test
  void rejectedException_ofAKind_speaksInItsWords() {
    var refusal = new RejectedException("payments", Because.OPEN, 7);

    assertThat(refusal.kind()).isEqualTo(Because.OPEN);
    assertThat(refusal).hasMessage("payments: open");
    assertThat(refusal.retryAfterNanos()).isEqualTo(7);
    assertThat(new RejectedException("payments", "full", -1L).kind())
        .isEqualTo(RejectedException.Kind.UNSPECIFIED);
    assertThat(RejectedException.Kind.UNSPECIFIED.reason()).isEqualTo("refused");
  }

  @Test
  void rejectedException_serialized_keepsItsKind() throws Exception {
    var bytes = new ByteArrayOutputStream();
    new ObjectOutputStream(bytes).writeObject(new RejectedException("p", Because.OPEN, 7));
    var copy =
        (RejectedException)
            new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

    assertThat(copy.kind()).isSameAs(Because.OPEN);
    assertThat(copy).hasMessage("p: open");
  }

  private enum Because implements RejectedException.Kind {
    OPEN;

    @Override
    public String reason() {
      return "open";
    }
  }

  @Test
  void tags_inAnyOrder_areEqual() {
    Tags one = Tags.of("a", "1").and("b", "2");
    Tags two = Tags.of("b", "2").and("a", "1");

    assertThat(one).isEqualTo(two).hasSameHashCodeAs(two).isNotEqualTo(Tags.of("a", "1"));
    assertThat(one).hasToString("a=1,b=2");
    assertThat(one.asMap().keySet()).containsExactly("a", "b");
    assertThat(Tags.none().asMap()).isEmpty();
  }

  @Test
  void tags_areImmutable() {
    Tags one = Tags.of("a", "1");
    one.and("b", "2");

    assertThat(one.asMap()).hasSize(1).isUnmodifiable();
  }

  @Test
  void tags_emptyOrTakenName_isRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Tags.of("", "1"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tags.of("a", "1").and("a", "2"))
        .withMessageContaining("\"a\"");
    assertThatNullPointerException().isThrownBy(() -> Tags.of("a", null));
  }

  @Test
  void readIntent_innermostScopeWins() {
    assertThat(ReadIntent.current()).isNull();
    try (Ambient.Scope outer = ReadIntent.PRIMARY.open()) {
      try (Ambient.Scope inner = ReadIntent.REPLICA.open()) {
        assertThat(ReadIntent.current()).isEqualTo(ReadIntent.REPLICA);
      }
      assertThat(ReadIntent.current()).isEqualTo(ReadIntent.PRIMARY);
    }
    assertThat(ReadIntent.current()).isNull();
  }

  @Test
  void telemetryNone_takesEverythingAndIsDeaf() {
    Telemetry none = Telemetry.none();
    Registration counter = none.counter("c", Tags.none(), () -> 1);
    counter.close();
    counter.close();
    none.gauge("g", Tags.none(), () -> 1).close();
    none.event("e", Tags.none());
    Latency latency = none.latency("l", Tags.none());
    latency.record(5);

    assertThat(latency.enabled()).isFalse();
  }
}
