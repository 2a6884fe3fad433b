// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.Codec;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.idempotency.TransactionalIdempotencyStore.Claim;
import java.io.IOException;
import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyTest {
  private static final IdempotencyKey KEY = IdempotencyKey.of("acme", "k1");
  private static final Fingerprint BODY = Fingerprint.of(new byte[] {1});

  private static final String EXECUTIONS =
      "tenfold.idempotency.executions operation=charge,outcome=";

  private final ScriptedStore store = new ScriptedStore();
  private final ConnectionStub connection = new ConnectionStub();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final Idempotency idempotency = Idempotency.builder(store).telemetry(telemetry).build();
  private final IdempotentOperation<String> charge =
      idempotency.operation("charge", Codec.strings());

  private IdempotentResult<String> call() throws SQLException {
    return charge.executeInTransaction(connection.asConnection(), KEY, BODY, tx -> "done");
  }

  @Test
  void executeInTransaction_autoCommit_refusedBeforeAnyStatement() {
    connection.autoCommit = true;
    assertThatIllegalStateException()
        .isThrownBy(this::call)
        .withMessageContaining("setAutoCommit(false)");
    assertThat(store.claims).isZero();
    assertThat(connection.log).isEmpty();
  }

  @Test
  void executeInTransaction_granted_releasesItsSavepoint() throws SQLException {
    assertThat(call()).isEqualTo(new IdempotentResult.Executed<>("done"));
    assertThat(connection.log).containsExactly("savepoint", "release");
  }

  @Test
  void executeInTransaction_busy_inFlightAndHandlerDoesNotRun() throws SQLException {
    store.answers.add(Claim.BUSY);
    assertThat(call()).isEqualTo(new IdempotentResult.InFlight<>());
    assertThat(store.completed).isNull();
    assertThat(connection.log).containsExactly("savepoint", "release");
  }

  @Test
  void executeInTransaction_handlerThrows_rollsBackToItsSavepointAndThrowsTheSame() {
    var thrown = new IOException("down");
    assertThatExceptionOfType(IOException.class)
        .isThrownBy(() ->
            charge.executeInTransaction(
                connection.asConnection(),
                KEY,
                BODY,
                tx -> {
                  throw thrown;
                }))
        .isSameAs(thrown);
    assertThat(connection.log).containsExactly("savepoint", "rollback to", "release");
    assertThat(store.completed).isNull();
  }

  @Test
  void executeInTransaction_handlerThrowsError_rollsBackToo() {
    var thrown = new AssertionError("bug");
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() ->
            charge.executeInTransaction(
                connection.asConnection(),
                KEY,
                BODY,
                tx -> {
                  throw thrown;
                }))
        .isSameAs(thrown);
    assertThat(connection.log).containsExactly("savepoint", "rollback to", "release");
  }

  @Test
  void executeInTransaction_rollBackFailsToo_handlersExceptionWins() {
    connection.failOn = "rollback to";
    assertThatIllegalStateException()
        .isThrownBy(() ->
            charge.executeInTransaction(
                connection.asConnection(),
                KEY,
                BODY,
                tx -> {
                  throw new IllegalStateException("mine");
                }))
        .withMessage("mine")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
  }

  @Test
  void executeInTransaction_recordGoneAtCompletion_saysTheHandlerEndedTheTransaction() {
    store.completes = false;
    assertThatIllegalStateException()
        .isThrownBy(this::call)
        .withMessageContaining("the handler has committed");
  }

  @Test
  void executeInTransaction_savepointGoneAtRelease_saysTheHandlerEndedTheTransaction() {
    connection.failOn = "release";
    assertThatIllegalStateException()
        .isThrownBy(this::call)
        .withMessageContaining("the handler has committed");
  }

  @Test
  void executeInTransaction_connectionBreaksAtRelease_throwsWhatTheDriverThrew() {
    connection.failOn = "release";
    connection.failure = new SQLException("broken pipe", "08006");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(this::call)
        .isSameAs(connection.failure);
  }

  @Test
  void executeInTransaction_rollBackThrowsWhatTheHandlerThrew_handlersExceptionWins() {
    connection.failOn = "rollback to";
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() ->
            charge.executeInTransaction(
                connection.asConnection(),
                KEY,
                BODY,
                tx -> {
                  throw connection.failure;
                }))
        .isSameAs(connection.failure);
  }

  @Test
  void executeInTransaction_recordAppearsBeforeTheClaim_givesTheLocksOfTheClaimBack()
      throws SQLException {
    store.answers.add(Claim.TAKEN);
    assertThat(call()).isEqualTo(new IdempotentResult.Executed<>("done"));
    assertThat(connection.log)
        .containsExactly("savepoint", "rollback to", "release", "savepoint", "release");
  }

  @Test
  void executeInTransaction_recordComesAndGoes_givesUpAfterThreeRounds() {
    store.answers.add(Claim.TAKEN);
    store.answers.add(Claim.TAKEN);
    store.answers.add(Claim.TAKEN);
    assertThatExceptionOfType(SQLTransientException.class)
        .isThrownBy(this::call)
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("40001"));
  }

  @Test
  void executeInTransaction_claimedAndNotCompleted_refused() {
    store.found = new TransactionalIdempotencyStore.Found(BODY, null);
    assertThatIllegalStateException()
        .isThrownBy(this::call)
        .withMessageContaining("claimed and not completed");
  }

  @Test
  void executeInTransaction_otherFingerprintStored_mismatch() throws SQLException {
    store.found =
        new TransactionalIdempotencyStore.Found(
            Fingerprint.of(new byte[] {2}),
            new StoredResult(StoredResult.Kind.NULL, "utf-8", 0, null));
    assertThat(call()).isEqualTo(new IdempotentResult.Mismatch<>());
  }

  @Test
  void telemetry_outcomes_countedPerOperation() throws SQLException {
    call();
    store.answers.add(Claim.BUSY);
    call();
    idempotency.operation("charge", Codec.strings());
    assertThat(telemetry.read(EXECUTIONS + "executed")).isEqualTo(1);
    assertThat(telemetry.read(EXECUTIONS + "in_flight")).isEqualTo(1);
    assertThat(telemetry.open()).hasSize(6);
    idempotency.close();
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void operation_telemetryThatWaitsForAnotherThread_isNotCalledUnderALock() {
    var shared = new AtomicReference<Idempotency>();
    var asked = new AtomicBoolean();
    Telemetry waiting =
        new RecordingTelemetry() {
          @Override
          public Registration counter(String name, Tags tags, LongSupplier read) {
            if (asked.compareAndSet(false, true)) {
              CompletableFuture.runAsync(
                      () -> shared.get().operation("refund", Codec.strings()),
                      task -> new Thread(task).start())
                  .join();
            }
            return super.counter(name, tags, read);
          }
        };
    shared.set(Idempotency.builder(store).telemetry(waiting).build());

    assertThat(shared.get().operation("refund", Codec.strings()).name()).isEqualTo("refund");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "two words", "ümlaut", "tab\t"})
  void operation_badName_refused(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> idempotency.operation(name, Codec.strings()));
  }

  @Test
  void operation_nameTooLong_refusedWithValueAndLimit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> idempotency.operation("x".repeat(129), Codec.strings()))
        .withMessageContaining("129")
        .withMessageContaining("128");
  }

  @Test
  void builder_outOfRange_refused() {
    var builder = Idempotency.builder(store);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.retention(Duration.ZERO))
        .withMessageStartingWith("retention of Idempotency is PT0S;");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.retention(Duration.ofDays(3651)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.maxResultBytes(0))
        .withMessageStartingWith("maxResultBytes of Idempotency is 0;");
    assertThatIllegalArgumentException().isThrownBy(() -> builder.maxResultBytes((64 << 20) + 1));
  }
}
