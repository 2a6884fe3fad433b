// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.mutants;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.testkit.engine.EngineTestKit;

/**
 * Runs a contract against a wrong implementation and expects the sentence that names the duty.
 *
 * <pre>{@code
 * class GateContractMutantsTest {
 *   @Breaks(test = "enter_full_isRefusedAtOnce", duty = "a gate that is full refuses")
 *   static class Boundless extends GateContract { ... }
 *
 *   static Stream<Class<?>> mutants() {
 *     return Mutants.in(GateContractMutantsTest.class);
 *   }
 *
 *   @ParameterizedTest
 *   @MethodSource("mutants")
 *   void contract_wrongGate_namesTheDuty(Class<?> mutant) {
 *     Mutants.assertFoundOut(mutant);
 *   }
 * }
 * }</pre>
 *
 * <p>Mutants are static nested classes without {@code @Nested}, so that a build does not run them
 * by itself.
 */
public final class Mutants {
  /** A race is found by chance: a test misses it rarely, and five times in a row hardly ever. */
  private static final int MAX_RUNS = 5;

  private Mutants() {}

  /**
   * Returns the mutants of a test.
   *
   * @param test the class in which the mutants are nested
   * @return the classes that are marked with {@link Breaks}, by name; at least one
   */
  public static Stream<Class<?>> in(Class<?> test) {
    List<Class<?>> mutants =
        Arrays.stream(test.getDeclaredClasses())
            .filter(nested -> nested.isAnnotationPresent(Breaks.class))
            .sorted(Comparator.comparing(Class::getSimpleName))
            .<Class<?>>map(nested -> nested)
            .toList();
    assertThat(mutants).as("mutants in %s", test).isNotEmpty();
    return mutants.stream();
  }

  /**
   * Runs the test that must find a mutant: once, or up to five times while it passes, because a
   * race shows itself by chance.
   *
   * @param mutant a class that is marked with {@link Breaks}
   * @throws AssertionError if the test passes every time, or does not fail with the expected
   *     sentence
   */
  public static void assertFoundOut(Class<?> mutant) {
    Breaks breaks = mutant.getAnnotation(Breaks.class);
    List<TestExecutionResult> results = results(mutant, breaks.test());
    for (int i = 1; i < MAX_RUNS && passed(results); i++) {
      results = results(mutant, breaks.test());
    }
    assertThat(results).as("%s runs once", breaks.test()).hasSize(1);
    assertThat(results.get(0).getThrowable())
        .as("%s finds %s", breaks.test(), mutant.getSimpleName())
        .hasValueSatisfying(failure -> assertThat(failure).hasMessageContaining(breaks.duty()));
  }

  private static boolean passed(List<TestExecutionResult> results) {
    return results.stream()
        .allMatch(result -> result.getStatus() == TestExecutionResult.Status.SUCCESSFUL);
  }

  private static List<TestExecutionResult> results(Class<?> contract, String test) {
    return EngineTestKit.engine("junit-jupiter")
        .selectors(selectMethod(contract, test))
        .execute()
        .testEvents()
        .finished()
        .stream()
        .map(finished -> finished.getRequiredPayload(TestExecutionResult.class))
        .toList();
  }
}
