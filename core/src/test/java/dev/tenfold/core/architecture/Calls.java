// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaCodeUnitAccess;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A set of calls that a rule forbids: plain calls, constructor calls, method references, all of
 * them also inside lambdas.
 */
final class Calls {
  private record Forbidden(Predicate<CodeUnitAccessTarget> call, String instead) {}

  private final String rule;
  private final List<Forbidden> forbidden = new ArrayList<>();

  Calls(String rule) {
    this.rule = rule;
  }

  /** Forbids methods by name, however the receiver's type refines the owner. */
  Calls forbid(String owner, String methods, String instead) {
    return forbid(owner, methods, call -> true, instead);
  }

  Calls forbid(String owner, String methods, Predicate<CodeUnitAccessTarget> also, String instead) {
    Pattern name = Pattern.compile(methods);
    return forbid(
        call ->
            name.matcher(call.getName()).matches()
                && call.getOwner().isAssignableTo(owner)
                && also.test(call),
        instead);
  }

  Calls forbid(Predicate<CodeUnitAccessTarget> call, String instead) {
    forbidden.add(new Forbidden(call, instead));
    return this;
  }

  List<Violation> in(Iterable<JavaClass> classes) {
    List<Violation> violations = new ArrayList<>();
    for (JavaClass origin : classes) {
      for (JavaCodeUnitAccess<?> access : origin.getCodeUnitAccessesFromSelf()) {
        CodeUnitAccessTarget target = access.getTarget();
        for (Forbidden rule : forbidden) {
          if (rule.call().test(target)) {
            violations.add(violation(origin, access, rule.instead()));
            break;
          }
        }
      }
    }
    return violations;
  }

  private Violation violation(JavaClass origin, JavaCodeUnitAccess<?> access, String instead) {
    CodeUnitAccessTarget target = access.getTarget();
    String callee = target.getOwner().getSimpleName() + "." + target.getName();
    return new Violation(
        rule, origin.getName() + " -> " + callee, access.getDescription() + "; " + instead);
  }

  static boolean hasNoParameters(CodeUnitAccessTarget call) {
    return call.getRawParameterTypes().isEmpty();
  }

  static boolean isWithoutClock(CodeUnitAccessTarget call) {
    return !takes(call, Clock.class);
  }

  static boolean takes(CodeUnitAccessTarget call, Class<?> type) {
    return call.getRawParameterTypes().stream()
        .anyMatch(parameter -> parameter.isEquivalentTo(type));
  }
}
