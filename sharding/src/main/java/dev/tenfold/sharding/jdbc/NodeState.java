// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.jdbc.LagProbe.Reading;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a node after the latest question that was sent to it. Immutable.
 *
 * <p>Questions to one node are numbered as they are sent. A state of a later question replaces that
 * of an earlier one, even if the server has gone back in time meanwhile.
 */
final class NodeState {
  static final NodeState UNKNOWN =
      new NodeState(0, null, 0, PrimarySamples.NEVER, "it has not been probed yet");

  /** The number of the question to this node. */
  final long question;

  /** The latest answer; null if there was never one. */
  final @Nullable Reading reading;

  /** The number of the latest primary sample that this node reaches; 0 if that is unknown. */
  final long reached;

  /** The moment up to which readers of this node see every commit, or NEVER. */
  final long freshAsOfNanos;

  /** Why the latest question has no answer; null if it has one. */
  final @Nullable String failure;

  private NodeState(
      long question,
      @Nullable Reading reading,
      long reached,
      long freshAsOfNanos,
      @Nullable String failure) {
    this.question = question;
    this.reading = reading;
    this.reached = reached;
    this.freshAsOfNanos = freshAsOfNanos;
    this.failure = failure;
  }

  static NodeState answered(long question, Reading reading, PrimarySamples samples) {
    return new NodeState(
        question,
        reading,
        reading.standby() ? samples.reached(reading.position()) : 0,
        reading.standby() ? samples.freshAsOf(reading.position()) : PrimarySamples.NEVER,
        null);
  }

  NodeState failed(long nextQuestion, String why) {
    return new NodeState(nextQuestion, reading, 0, PrimarySamples.NEVER, why);
  }

  /** Compares the answer with newer samples of the primary. */
  NodeState comparedWith(PrimarySamples samples) {
    Reading answer = reading;
    return answer == null || failure != null ? this : answered(question, answer, samples);
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

  /** Returns whether this node has replayed a position; null is before every position. */
  boolean hasReplayed(Token.@Nullable Entry required) {
    Reading answer = reading;
    return answer != null
        && answers()
        && (required == null
            || (answer.position().timeline() >= required.timeline()
                && Long.compareUnsigned(answer.position().offset(), required.offset()) >= 0));
  }

  /** Returns the identity of the running server; an empty text if it is unknown. */
  String server() {
    Reading answer = reading;
    return answer == null ? "" : answer.server();
  }
}
