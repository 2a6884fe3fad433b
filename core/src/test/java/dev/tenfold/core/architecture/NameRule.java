// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Rule 1: one flat public package per module and rooms beside it. Names say what a thing is,
 * subpackages import their parents and nobody else of the module, every package introduces itself,
 * and a published module exports what it shows.
 */
final class NameRule implements Rule {
  private static final Pattern BAD_CLASS =
      Pattern.compile(".*(Impl|Utils?|Utilities|Helpers?|Managers?)");
  private static final Pattern BAD_PACKAGE =
      Pattern.compile("internal|impl|utils?|commons?|helpers?|managers?|misc");
  private static final Set<String> PUBLISHED =
      Set.of("core", "resilience", "cache", "sharding", "idempotency", "testkit");
  private static final int MAX_PUBLIC_TYPES = 25;

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>();
    Map<String, Integer> publicTypes = publicTypes(subject);
    if (publicTypes.isEmpty()) {
      violations.add(violation(subject.module(), "has no main class: nothing was looked at"));
    }
    for (JavaClass javaClass : subject.main()) {
      if (BAD_CLASS.matcher(javaClass.getSimpleName()).matches()) {
        violations.add(violation(javaClass.getName(), "says nothing: name what it is or does"));
      }
    }
    checkDirections(subject, violations);
    publicTypes.forEach((name, count) -> {
      checkPackage(subject, name, violations);
      if (count > MAX_PUBLIC_TYPES) {
        violations.add(
            violation(name, "has " + count + " public types; the limit is " + MAX_PUBLIC_TYPES));
      }
    });
    if (PUBLISHED.contains(subject.module())) {
      checkDescriptor(subject, publicTypes, violations);
    }
    return violations;
  }

  private static Map<String, Integer> publicTypes(Subject subject) {
    Map<String, Integer> count = new TreeMap<>();
    for (JavaClass javaClass : subject.main()) {
      boolean shown =
          javaClass.isTopLevelClass() && javaClass.getModifiers().contains(JavaModifier.PUBLIC);
      count.merge(javaClass.getPackageName(), shown ? 1 : 0, Integer::sum);
    }
    return count;
  }

  private static void checkPackage(Subject subject, String name, List<Violation> violations) {
    for (String segment : name.split("\\.")) {
      if (BAD_PACKAGE.matcher(segment).matches()) {
        violations.add(violation(name, "says nothing by \"" + segment + "\"; name what is in it"));
      }
    }
    if (!name.equals(subject.rootPackage()) && !name.startsWith(subject.rootPackage() + ".")) {
      violations.add(violation(name, "lies outside " + subject.rootPackage()));
    }
    String info = name + ".package-info";
    if (!subject.main().contain(info)
        || !subject.main().get(info).isAnnotatedWith("org.jspecify.annotations.NullMarked")) {
      violations.add(violation(name, "has no @NullMarked package-info"));
    }
  }

  /** A subpackage imports the packages above it; nothing imports downwards or sideways. */
  private static void checkDirections(Subject subject, List<Violation> violations) {
    Map<String, String> strays = new TreeMap<>();
    for (JavaClass javaClass : subject.main()) {
      for (Dependency dependency : javaClass.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        if (subject.main().contain(target.getName())) {
          String to = target.getPackageName();
          String from = Subject.topLevel(javaClass);
          checkDirection(from, to, dependency.getDescription(), strays);
        }
      }
    }
    for (SourceReferences.Reference reference : SourceReferences.of(subject)) {
      String to = packageOf(reference.to());
      checkDirection(reference.from(), to, "named in (" + reference.place() + ")", strays);
    }
    strays.forEach((offender, message) -> violations.add(violation(offender, message)));
  }

  private static void checkDirection(
      String from, String to, String place, Map<String, String> strays) {
    String home = packageOf(from);
    if (!home.equals(to) && !home.startsWith(to + ".")) {
      boolean down = to.startsWith(home + ".");
      strays.putIfAbsent(
          from + " -> " + to, (down ? "a parent imports its subpackage: " : "a sibling: ") + place);
    }
  }

  private static String packageOf(String className) {
    return className.substring(0, className.lastIndexOf('.'));
  }

  private static void checkDescriptor(
      Subject subject, Map<String, Integer> publicTypes, List<Violation> violations) {
    Optional<ModuleDescriptor> descriptor = subject.descriptor();
    if (descriptor.isEmpty()) {
      violations.add(violation(subject.module(), "is published and has no module-info"));
      return;
    }
    Set<String> exported = new TreeSet<>();
    descriptor.get().exports().stream()
        .filter(exports -> !exports.isQualified())
        .forEach(exports -> exported.add(exports.source()));
    publicTypes.forEach((name, count) -> {
      if (count > 0 && !exported.contains(name)) {
        violations.add(violation(name, "has public types and module-info does not export it"));
      }
    });
  }

  private static Violation violation(String offender, String message) {
    return new Violation("names", offender, message);
  }
}
