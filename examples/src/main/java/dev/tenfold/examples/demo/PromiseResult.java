// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;

/**
 * What became of one promise.
 *
 * @param title a few words
 * @param promise one sentence
 * @param evidence what was looked at
 * @param violations empty if the promise held
 */
record PromiseResult(String title, String promise, String evidence, List<String> violations) {
  PromiseResult {
    violations = List.copyOf(violations);
  }

  boolean held() {
    return violations.isEmpty();
  }
}
