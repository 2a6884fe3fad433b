// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of whatever reads the result of a call: the common part of {@link ClassifierContract}
 * and {@link BreakerSignalContract}.
 *
 * @param <A> the type of the answer
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class ResultContract<A> {
  private static final String SAME = "the same result gets the same answer";

  /** Asks a reader of results: a new one, or the one before. */
  interface Reader<A> {
    @Nullable A read(@Nullable Object value, @Nullable Throwable error);
  }

  abstract Reader<A> reader();

  /**
   * Returns what calls may return. A pipeline is not typed, so the values include types that the
   * implementation does not know.
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

  final List<@Nullable A> answers(Reader<A> reader) {
    List<@Nullable A> answers = new ArrayList<>();
    for (Object value : values()) {
      answers.add(reader.read(value, null));
    }
    for (Throwable error : errors()) {
      answers.add(reader.read(null, error));
    }
    return answers;
  }

  private List<@Nullable A> answersBackwards(Reader<A> reader) {
    List<@Nullable A> answers = new ArrayList<>();
    List<Throwable> errors = errors();
    Collections.reverse(errors);
    for (Throwable error : errors) {
      answers.add(reader.read(null, error));
    }
    List<Object> values = values();
    Collections.reverse(values);
    for (Object value : values) {
      answers.add(reader.read(value, null));
    }
    Collections.reverse(answers);
    return answers;
  }

  @Test
  void read_anything_answersWithoutThrowing() {
    for (Object value : values()) {
      assertThatCode(() -> reader().read(value, null))
          .as("a value of any type gets an answer, not an exception: %s", value)
          .doesNotThrowAnyException();
    }
    for (Throwable error : errors()) {
      assertThatCode(() -> reader().read(null, error))
          .as("an error of any type gets an answer, not an exception: %s", error)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void read_whateverCameBefore_answersTheSame() {
    Reader<A> used = reader();
    List<@Nullable A> first = answers(used);

    assertThat(answers(used)).as(SAME + ", whatever came before").isEqualTo(first);
    assertThat(answers(reader())).as(SAME + ", whatever came before").isEqualTo(first);
    assertThat(answersBackwards(reader())).as(SAME + ", in whatever order").isEqualTo(first);
  }

  @Test
  void read_anything_doesNotBlock() {
    Reader<A> reader = reader();

    Threads.doesNotWait("reading a result does not block", () -> answers(reader));
  }

  @Test
  void read_fromManyThreads_answersTheSame() {
    Reader<A> shared = reader();
    List<Object> values = values();
    List<Throwable> errors = errors();
    List<@Nullable A> expected = answers(reader());
    AtomicInteger wrong = new AtomicInteger();
    Threads.together(
        SAME + ", on whatever thread",
        (thread, round) -> {
          int i = (round + thread) % expected.size();
          A answer =
              i < values.size()
                  ? shared.read(values.get(i), null)
                  : shared.read(null, errors.get(i - values.size()));
          if (!Objects.equals(answer, expected.get(i))) {
            wrong.incrementAndGet();
          }
        });

    assertThat(wrong).as(SAME + ", on whatever thread (wrong answers)").hasValue(0);
  }
}
