// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import java.util.Map;

/**
 * Something that happened in a run: what a history consists of. Times are nanoseconds of one clock
 * for all processes. A register is a row with a version, which every write increments; a
 * transaction reads or writes some registers.
 */
sealed interface Event {

  /** What is known of the end of a transaction that writes. */
  enum Outcome {
    ACKNOWLEDGED,
    FAILED,
    UNKNOWN
  }

  /**
   * A read of a scope.
   *
   * @param bound the moment before its connection was bound to a server
   * @param begin the moment before the statement was sent
   * @param end the moment after the rows were there
   * @param node who served it, by the data source
   * @param standby whether the server said that it is a standby, in the same statement
   * @param versions what was seen, by register
   */
  record Read(
      long scope,
      long bound,
      long begin,
      long end,
      String node,
      boolean standby,
      Map<Integer, Long> versions)
      implements Event {}

  /**
   * A transaction of a scope that wrote.
   *
   * @param begin the moment before the commit was sent
   * @param end the moment after the commit had returned, or failed
   * @param node who served it
   * @param versions what was written, by register
   */
  record Write(
      long scope, long begin, long end, String node, Outcome outcome, Map<Integer, Long> versions)
      implements Event {}

  /**
   * A scope was opened, or a token was added to an open one.
   *
   * @param begin the moment before
   * @param end the moment after
   * @param token 0 for none, {@link #JUST_NOW} for one that cannot be compared
   */
  record Opened(long scope, long begin, long end, long token) implements Event {}

  /** A token was captured; {@code begin} is the moment before. */
  record Captured(long scope, long begin, long token) implements Event {}

  /** A token was made of two others. */
  record Merged(long at, long token, long first, long second) implements Event {}

  /** Something was declared as written just now in a scope. */
  record Declared(long scope, long at) implements Event {}

  /** An operation of a scope failed, and nothing is known of it. */
  record Failed(long scope, long end) implements Event {}

  /**
   * Another server became the primary.
   *
   * @param at a moment after the promotion
   * @param kept the versions that the promoted server had then, or a later version of each
   */
  record Promoted(long at, Map<Integer, Long> kept) implements Event {}

  long JUST_NOW = -1;
}
