// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every rule of the house, applied to one module.
 *
 * <pre>{@code
 * ArchitectureRules rules =
 *     ArchitectureRules.of("cache", new ClassFileImporter().importPackages("dev.tenfold.cache"))
 *         .allow("dev.tenfold.cache.Beat -> Instant.now", "the one reader of the wall clock");
 * assertThat(rules.violations()).isEmpty();
 * }</pre>
 *
 * <p>An allowance names exactly one offender, as the failure message prints it in front of the
 * colon. One that nothing needs any more fails too, so that the lists only ever hold what is true.
 */
public final class ArchitectureRules {
  private static final List<Rule> RULES =
      List.of(
          new NameRule(),
          new CycleRule(),
          new CallRule(),
          new LocaleRule(),
          new StaticRule(),
          new MonitorRule(),
          new SizeRule(),
          new ArrowRule(),
          new TestRule());

  private final Subject subject;
  private final Map<String, String> allowances = new LinkedHashMap<>();

  private ArchitectureRules(Subject subject) {
    this.subject = subject;
  }

  /**
   * Takes a module's classes.
   *
   * @param module the folder's name; the root package is {@code dev.tenfold.<module>}
   * @param classes main and test classes together; they are told apart by where they lie
   * @return the rules, with nothing allowed yet
   */
  public static ArchitectureRules of(String module, JavaClasses classes) {
    return of(module, classes, ArchitectureRules.class.getClassLoader());
  }

  /** The loader is for asking constants for their values. */
  static ArchitectureRules of(String module, JavaClasses classes, ClassLoader loader) {
    return new ArchitectureRules(Subject.of(module, classes, loader));
  }

  /**
   * Lets one offender pass.
   *
   * @param offender as printed in front of the colon of the failure
   * @param reason why the rule does not hold here
   * @return this
   * @throws IllegalArgumentException if no reason is given or the offender is listed already
   */
  public ArchitectureRules allow(String offender, String reason) {
    if (reason.isBlank()) {
      throw new IllegalArgumentException("no reason is given for allowing " + offender);
    }
    if (allowances.putIfAbsent(offender, reason) != null) {
      throw new IllegalArgumentException(offender + " is allowed twice");
    }
    return this;
  }

  /**
   * Applies every rule.
   *
   * @return what is broken, one line per offender; empty if the module keeps the rules
   */
  public List<String> violations() {
    List<String> violations = new ArrayList<>();
    Set<String> idle = new LinkedHashSet<>(allowances.keySet());
    for (Rule rule : RULES) {
      for (Violation violation : rule.check(subject.allowing(allowances.keySet()))) {
        if (allowances.containsKey(violation.offender())) {
          idle.remove(violation.offender());
        } else {
          violations.add(violation.toString());
        }
      }
    }
    for (String offender : idle) {
      violations.add("[allow-list] " + offender + ": no rule objects; remove the allowance");
    }
    return violations;
  }
}
