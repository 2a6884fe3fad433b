// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.TimeSource;
import dev.tenfold.resilience.Gate;
import dev.tenfold.resilience.Verdict;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Writes down what a pipeline tells a gate, and passes it on: but for the times that the gate has
 * not asked for, for which it is given nonsense.
 */
final class RecordingGate implements Gate {
  static final long MEANINGLESS = Long.MIN_VALUE / 3;

  final List<Told> told = new ArrayList<>();
  final List<Judged> judged = new ArrayList<>();
  boolean failing;
  private final Gate gate;
  private final ManualTimeSource clock;
  private final List<Told> log;

  /**
   * What was told.
   *
   * @param by the gate that was told
   * @param permit what it answered, or what it is told to have answered
   * @param beganNanos given at the exit
   * @param nowNanos given at the entry or exit
   * @param readNanos where the clock stood then
   * @param verdict null at the entry
   * @param thread on which it was told
   */
  record Told(
      RecordingGate by,
      long permit,
      long beganNanos,
      long nowNanos,
      long readNanos,
      @Nullable Verdict verdict,
      Thread thread) {}

  /** What the gate was asked to judge, and its answer. */
  record Judged(@Nullable Object value, @Nullable Throwable error, @Nullable Verdict answer) {}

  /**
   * Creates a recorder.
   *
   * @param clock the clock of the pipeline
   * @param log shared by all gates of the pipeline
   */
  RecordingGate(Gate gate, ManualTimeSource clock, List<Told> log) {
    this.gate = gate;
    this.clock = clock;
    this.log = log;
  }

  private void tell(long permit, long beganNanos, long nowNanos, @Nullable Verdict verdict) {
    Told one =
        new Told(
            this, permit, beganNanos, nowNanos, clock.nanoTime(), verdict, Thread.currentThread());
    told.add(one);
    log.add(one);
  }

  boolean needs(int bits) {
    return (gate.needs() & bits) != 0;
  }

  List<Told> admissions() {
    return told.stream().filter(one -> one.verdict == null && one.permit != REFUSED).toList();
  }

  List<Told> exits() {
    return told.stream().filter(one -> one.verdict != null).toList();
  }

  @Override
  public TimeSource timeSource() {
    return clock;
  }

  @Override
  public String name() {
    return gate.name();
  }

  @Override
  public int needs() {
    return gate.needs();
  }

  @Override
  public long enter(long nowNanos) {
    long answer = gate.enter(needs(TIME_AT_ENTER) ? nowNanos : MEANINGLESS);
    tell(answer, MEANINGLESS, nowNanos, null);
    return answer;
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    tell(permit, beganNanos, nowNanos, verdict);
    gate.exit(
        permit,
        needs(DURATION) ? beganNanos : MEANINGLESS,
        needs(DURATION | TIME_AT_EXIT) ? nowNanos : MEANINGLESS,
        verdict);
    if (failing) {
      throw new IllegalStateException("exit");
    }
  }

  @Override
  public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    if (failing) {
      throw new IllegalStateException("judge");
    }
    Verdict answer = gate.judge(value, error);
    judged.add(new Judged(value, error, answer));
    return answer;
  }

  @Override
  public long retryAfterNanos(long nowNanos) {
    return gate.retryAfterNanos(nowNanos);
  }
}
