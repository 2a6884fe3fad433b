// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import dev.tenfold.sharding.jdbc.PrimarySamples.Sample;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node after the latest question that was sent to it. Immutable.
 *
 * <p>Questions to one node are numbered as they are sent. A state of a later question replaces that
 * of an earlier one, even if the server has gone back in time meanwhile.
 */
final class NodeState {
  static final NodeState UNKNOWN = new NodeState();

  private static final String DIVERGED =
      "it has replayed more than the primary has written: the primary was set back";

  /** The number of the question to this node. */
  final long question;

  /** The latest answer; null if there was never one. */
  final @Nullable Reading reading;

  /** The number of the latest primary sample that this node reaches; 0 if that is unknown. */
  final long reached;

  /** The moment up to which readers of this node see every commit, or NEVER. */
  final long freshAsOfNanos;

  /** Why the latest question has no answer that counts; null if it has one. */
  final @Nullable String failure;

  /** How many questions had been sent to all nodes when the answer arrived. */
  private final long answeredAt;

  private NodeState() {
    this.question = 0;
    this.answeredAt = 0;
    this.reading = null;
    this.reached = 0;
    this.freshAsOfNanos = PrimarySamples.NEVER;
    this.failure = "it has not been probed yet";
  }

  /** The state after a failure, or with an answer that does not count. */
  private NodeState(long question, long answeredAt, @Nullable Reading reading, String failure) {
    this.question = question;
    this.answeredAt = answeredAt;
    this.reading = reading;
    this.reached = 0;
    this.freshAsOfNanos = PrimarySamples.NEVER;
    this.failure = failure;
  }

  private NodeState(long question, long answeredAt, Reading reading, PrimarySamples samples) {
    this.question = question;
    this.answeredAt = answeredAt;
    this.reading = reading;
    this.reached = reading.standby() ? samples.reached(reading.position()) : 0;
    this.freshAsOfNanos =
        reading.standby() ? samples.freshAsOf(reading.position()) : PrimarySamples.NEVER;
    this.failure = null;
  }

  /**
   * Returns the state after an answer.
   *
   * @param asked the number of the question
   * @param arrivedAt how many questions had been sent to all nodes when the answer arrived
   */
  NodeState answered(long asked, long arrivedAt, Reading answer, PrimarySamples samples) {
    boolean sameServer = reading != null && reading.server().equals(answer.server());
    return isDiverged() && sameServer
        ? new NodeState(asked, arrivedAt, answer, DIVERGED)
        : new NodeState(asked, arrivedAt, answer, samples);
  }

  NodeState failed(long asked, String why) {
    return new NodeState(asked, answeredAt, reading, isDiverged() ? DIVERGED : why);
  }

  private boolean isDiverged() {
    return DIVERGED.equals(failure);
  }

  /**
   * Compares the answer with newer samples of the primary. A standby that had replayed more than a
   * primary had written later belongs to a log that is gone: the primary was restored from an older
   * copy. It stays unused until it was rebuilt, which its new server shows.
   */
  NodeState comparedWith(PrimarySamples samples) {
    Reading answer = reading;
    Sample latest = samples.latest();
    if (answer == null || failure != null || latest == null || !answer.standby()) {
      return this;
    }
    boolean askedLater = latest.number() > answeredAt;
    boolean ahead =
        answer.position().isOfHistory(latest.position())
            && Long.compareUnsigned(answer.position().offset(), latest.position().offset()) > 0;
    return askedLater && ahead
        ? new NodeState(question, answeredAt, answer, DIVERGED)
        : new NodeState(question, answeredAt, answer, samples);
  }

  /** Returns whether the server answered the latest question. */
  boolean answers() {
    return failure == null;
  }

  boolean isStaleAtMost(long maxStalenessNanos, long nowNanos) {
    return freshAsOfNanos != PrimarySamples.NEVER && nowNanos - freshAsOfNanos <= maxStalenessNanos;
  }

  /** Returns the most that this node can be behind the primary; -1 if that is unknown. */
  long stalenessNanos(long nowNanos) {
    return freshAsOfNanos == PrimarySamples.NEVER ? -1 : Math.max(0, nowNanos - freshAsOfNanos);
  }

  boolean isStandby() {
    Reading answer = reading;
    return answer != null && answer.standby();
  }

  /**
   * Returns whether this node had replayed a position when it answered; null is before every
   * position.
   */
  boolean hasReplayed(Token.@Nullable Entry required) {
    if (required == null) {
      return true;
    }
    Reading answer = reading;
    return answer != null
        && answer.position().timeline() >= required.timeline()
        && Long.compareUnsigned(answer.position().offset(), required.offset()) >= 0;
  }

  /** Returns the identity of the running server; an empty text if it is unknown. */
  String server() {
    Reading answer = reading;
    return answer == null ? "" : answer.server();
  }
}
