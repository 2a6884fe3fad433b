// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.resilience.Classifier;
import dev.tenfold.resilience.Verdict;
import org.junit.jupiter.api.Test;

/**
 * The duties of a {@link Classifier}, as tests. Extend the class, return the classifier under test,
 * and add to {@link #values} and {@link #errors} the types that the classifier knows.
 *
 * <ol>
 *   <li>A value or an error of any type gets an answer, not an exception.
 *   <li>The same result gets the same answer: whatever came before, on whatever thread.
 *   <li>The answer is never {@link Verdict#ABANDONED}.
 *   <li>A classifier does not block.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
public abstract class ClassifierContract extends ResultContract<Verdict> {

  /** Every test is given the classifier made by {@link #classifier}. */
  protected ClassifierContract() {}

  /**
   * Makes the classifier under test.
   *
   * @return a classifier
   */
  protected abstract Classifier classifier();

  @Override
  final Reader<Verdict> reader() {
    return classifier()::classify;
  }

  @Test
  void classify_anything_neverSaysThatTheCallDidNotRun() {
    assertThat(answers(reader()))
        .as("a classifier never answers ABANDONED: the call did run")
        .doesNotContain(Verdict.ABANDONED);
  }
}
