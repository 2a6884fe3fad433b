// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.util.ArrayDeque;
import java.util.Deque;

/** What a contender opened, closed in reverse order. */
final class Resources implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() {
    while (!open.isEmpty()) {
      AutoCloseable resource = open.pop();
      try {
        resource.close();
      } catch (Exception failure) {
        throw new IllegalStateException(resource + " cannot be closed", failure);
      }
    }
  }
}
