// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import java.util.ArrayList;
import java.util.List;

/**
 * A test that sleeps is a defect, and so is one that is switched off. Conditions on the JDK or the
 * platform are not switches; {@code @Disabled} is.
 */
final class TestRule implements Rule {
  private static final String DISABLED = "org.junit.jupiter.api.Disabled";
  private static final String INSTEAD =
      "move a ManualTimeSource, or wait for the condition with testkit's Await";

  private static final Calls SLEEPS =
      new Calls("tests")
          .forbid("java.lang.Thread", "sleep", INSTEAD)
          .forbid("java.util.concurrent.TimeUnit", "sleep", INSTEAD)
          .forbid("java.util.concurrent.locks.LockSupport", "parkNanos|parkUntil", INSTEAD);

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>(SLEEPS.in(subject.tests()));
    for (JavaClass test : subject.tests()) {
      if (test.isAnnotatedWith(DISABLED)) {
        violations.add(disabled(test.getName()));
      }
      for (JavaMethod method : test.getMethods()) {
        if (method.isAnnotatedWith(DISABLED)) {
          violations.add(disabled(test.getName() + "." + method.getName()));
        }
      }
    }
    return violations;
  }

  private static Violation disabled(String test) {
    return new Violation("tests", test, "is @Disabled; repair it or delete it");
  }
}
