// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.Objects;

/**
 * Reads the topology that a {@link TopologyWatch} follows: loads the text, parses it unless it
 * equals the last good text, and applies the {@link VersionRules}. Counts failures and refusals.
 * Used by one thread at a time.
 */
final class TopologyReader {
  private final TopologyLoader loader;
  private final WatchMetrics metrics;
  private String lastGoodText;

  TopologyReader(TopologyLoader loader, String firstText, WatchMetrics metrics) {
    this.loader = loader;
    this.lastGoodText = firstText;
    this.metrics = metrics;
  }

  /**
   * Loads the text.
   *
   * @throws TopologyException if the loader throws an exception, which is counted
   * @throws Error if the loader throws an Error, which is counted
   */
  String load() {
    try {
      return load(loader);
    } catch (Throwable failure) {
      TopologyException counted = metrics.loadFailed(failure);
      if (failure instanceof Error error) {
        throw error;
      }
      throw counted;
    }
  }

  static String load(TopologyLoader loader) throws Exception {
    try {
      return Objects.requireNonNull(loader.load(), "the loader returned null");
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw interrupted;
    }
  }

  /**
   * Returns the topology of a loaded text, or {@code before} if both are the same topology.
   *
   * @throws TopologyException if the text is no topology that can follow, which is counted
   */
  Topology parse(Topology before, String text) {
    if (text.equals(lastGoodText)) {
      return before;
    }
    try {
      Topology after = Topology.parse(text);
      return VersionRules.isNewVersion(before, after) ? after : before;
    } catch (RuntimeException refusal) {
      throw metrics.loadRefused(refusal);
    } catch (Error failure) {
      metrics.loadFailed(failure);
      throw failure;
    }
  }

  /** Keeps the text of the topology in force. */
  void keep(String text) {
    lastGoodText = text;
  }
}
