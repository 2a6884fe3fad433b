// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.List;

/**
 * The result of the check of one promise.
 *
 * @param title the name of the promise
 * @param promise the promise, one sentence
 * @param evidence the data that was checked
 * @param violations the violations; empty if the promise held
 */
record PromiseResult(String title, String promise, String evidence, List<String> violations) {
  PromiseResult {
    violations = List.copyOf(violations);
  }

  boolean held() {
    return violations.isEmpty();
  }
}
