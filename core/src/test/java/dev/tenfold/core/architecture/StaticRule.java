// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rule 5: no static mutable state. A static field is final, and what it holds cannot change.
 *
 * <p>Types say too little about that: a {@code List} may be {@code List.of()} or an {@code
 * ArrayList}, an interface of ours may be anything. So the rule knows a list of immutable types and
 * asks for the value of every other constant, which it then takes apart ({@link Immutability}). It
 * is a list of what is allowed: an unknown holder fails until it is understood. Asking initializes
 * the class, so constants that are on the module's allow-list are not asked.
 */
final class StaticRule implements Rule {
  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>();
    for (JavaClass javaClass : subject.main()) {
      for (JavaField field : javaClass.getFields()) {
        Set<JavaModifier> modifiers = field.getModifiers();
        if (modifiers.contains(JavaModifier.STATIC)
            && !modifiers.contains(JavaModifier.SYNTHETIC)) {
          String objection = objection(field, modifiers, subject);
          if (objection != null) {
            violations.add(new Violation("statics", field.getFullName(), objection));
          }
        }
      }
    }
    return violations;
  }

  private static @Nullable String objection(
      JavaField field, Set<JavaModifier> modifiers, Subject subject) {
    if (!modifiers.contains(JavaModifier.FINAL)) {
      return "is static and not final";
    }
    if (subject.allowed().contains(field.getFullName())) {
      return "holds what it holds";
    }
    return objectionToValue(field, subject.loader());
  }

  private static @Nullable String objectionToValue(JavaField field, ClassLoader loader) {
    if (Immutability.isImmutable(field.getRawType().getName())
        || field.getRawType().isPrimitive()) {
      return null;
    }
    Object value;
    String mutable;
    try {
      Class<?> owner = Class.forName(field.getOwner().getName(), true, loader);
      Field reflected = owner.getDeclaredField(field.getName());
      reflected.setAccessible(true);
      value = reflected.get(null);
      mutable = Immutability.mutablePart(value);
    } catch (ReflectiveOperationException | RuntimeException | Error e) {
      return "cannot be judged: " + e;
    }
    if (value == null || mutable == null) {
      return null;
    }
    boolean ownTable =
        field.getModifiers().contains(JavaModifier.PRIVATE)
            && Immutability.isTableOfImmutables(value);
    return ownTable ? null : "holds something that can change: " + mutable;
  }
}
