// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenfold.resilience.Classifier;
import dev.tenfold.resilience.Verdict;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Classifier} must keep. Extend it, return the classifier under test, and add to
 * {@link #values} and {@link #errors} what it knows.
 */
public abstract class ClassifierContract {

  /** Every test is given the classifier made by {@link #classifier}. */
  protected ClassifierContract() {}

  /**
   * Makes the classifier under test.
   *
   * @return a classifier
   */
  protected abstract Classifier classifier();

  /**
   * Returns what calls may return. A pipeline is not typed, so that includes what the classifier
   * has never heard of.
   *
   * @return values, null among them; a list that can be added to
   */
  protected List<Object> values() {
    return new ArrayList<>(Arrays.asList(null, "value", 42, new Object(), new int[0]));
  }

  /**
   * Returns what calls may throw.
   *
   * @return exceptions and errors; a list that can be added to
   */
  protected List<Throwable> errors() {
    return new ArrayList<>(
        List.of(
            new IOException("down"),
            new TimeoutException(),
            new RuntimeException((String) null),
            new IllegalStateException("wrapped", new IOException("inside")),
            new StackOverflowError(),
            new Throwable("neither")));
  }

  private List<Verdict> verdicts(Classifier classifier) {
    List<Verdict> verdicts = new ArrayList<>();
    for (Object value : values()) {
      verdicts.add(classifier.classify(value, null));
    }
    for (Throwable error : errors()) {
      verdicts.add(classifier.classify(null, error));
    }
    return verdicts;
  }

  @Test
  void classify_anything_answersWithoutThrowing() {
    assertThatCode(() -> verdicts(classifier())).doesNotThrowAnyException();
  }

  @Test
  void classify_anything_neverSaysThatTheCallDidNotRun() {
    assertThat(verdicts(classifier())).doesNotContain(Verdict.ABANDONED);
  }

  @Test
  void classify_whateverCameBefore_answersTheSame() {
    Classifier used = classifier();
    List<Verdict> first = verdicts(used);

    assertThat(verdicts(used)).isEqualTo(first).isEqualTo(verdicts(classifier()));
  }

  @Test
  void classify_fromManyThreads_answersTheSame() throws Exception {
    Classifier shared = classifier();
    List<Verdict> expected = verdicts(classifier());
    AtomicInteger wrong = new AtomicInteger();
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(() -> {
            for (int i = 0; i < 500; i++) {
              if (!verdicts(shared).equals(expected)) {
                wrong.incrementAndGet();
              }
            }
          });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }

    assertThat(wrong).hasValue(0);
  }
}
