// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import java.lang.module.ModuleDescriptor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The arrows of the picture. A module sees the floors below it, never its siblings; a library is
 * seen only by the room that is named after it, so that whoever leaves the library out loses that
 * room and nothing else; what is on no list is not used.
 */
final class ArrowRule implements Rule {
  private static final Set<String> FLOOR_2 = Set.of("core", "resilience");
  private static final Map<String, Set<String>> MODULES =
      Map.of(
          "core",
          Set.of(),
          "resilience",
          Set.of("core"),
          "cache",
          FLOOR_2,
          "sharding",
          FLOOR_2,
          "idempotency",
          FLOOR_2,
          "testkit",
          Set.of("core"));

  /** Modules that are libraries down to their dependencies; testkit may bring servers along. */
  private static final Set<String> LIBRARIES =
      Set.of("core", "resilience", "cache", "sharding", "idempotency");

  private static final Set<String> LOGGING = Set.of("cache", "sharding", "idempotency");

  /** Package prefix of a library, and the room that may see it. */
  private static final Map<String, String> ROOMS =
      Map.ofEntries(
          Map.entry("io.lettuce.", "redis"),
          Map.entry("io.netty.", "redis"),
          Map.entry("reactor.", "redis"),
          Map.entry("tools.jackson.", "jackson"),
          Map.entry("com.fasterxml.jackson.", "jackson"),
          Map.entry("io.micrometer.", "micrometer"),
          Map.entry("jdk.jfr.", "jfr"),
          Map.entry("java.sql.", "jdbc"),
          Map.entry("javax.sql.", "jdbc"),
          Map.entry("com.zaxxer.hikari.", "jdbc"),
          Map.entry("com.sun.net.httpserver.", "http"),
          Map.entry("java.net.http.", "http"));

  /** Libraries of which only some room knows: a user may leave them out. */
  private static final Set<String> OPTIONAL =
      Set.of(
          "lettuce.core",
          "tools.jackson.core",
          "tools.jackson.databind",
          "micrometer.core",
          "com.zaxxer.hikari",
          "jdk.jfr");

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>();
    if (!MODULES.containsKey(subject.module())) {
      return violations;
    }
    for (JavaClass origin : subject.main()) {
      Set<String> reported = new HashSet<>();
      for (Dependency dependency : origin.getDirectDependenciesFromSelf()) {
        JavaClass target = dependency.getTargetClass().getBaseComponentType();
        String objection = objection(subject.module(), origin.getPackageName(), target);
        if (objection != null && reported.add(target.getPackageName())) {
          violations.add(
              new Violation(
                  "arrows",
                  origin.getName() + " -> " + target.getPackageName(),
                  objection + ": " + dependency.getDescription()));
        }
      }
    }
    subject.descriptor().ifPresent(descriptor -> checkRequires(descriptor, violations));
    return violations;
  }

  private static @Nullable String objection(String module, String from, JavaClass target) {
    String to = target.getPackageName() + ".";
    if (target.isPrimitive()) {
      return null;
    }
    if (to.startsWith("dev.tenfold.")) {
      return objectionToModule(module, from, to);
    }
    if (to.equals("java.sql.") && module.equals("idempotency")) {
      return null; // its very promise is about the caller's connection
    }
    if (!LIBRARIES.contains(module)) {
      return null;
    }
    for (Map.Entry<String, String> room : ROOMS.entrySet()) {
      if (to.startsWith(room.getKey())) {
        return hasRoom(from, room.getValue())
            ? null
            : "only a subpackage \"" + room.getValue() + "\" sees " + room.getKey() + "*";
      }
    }
    if (to.startsWith("org.slf4j.")) {
      return LOGGING.contains(module) ? null : "only " + LOGGING + " log";
    }
    if (to.startsWith("com.github.benmanes.caffeine.")) {
      return module.equals("cache") ? null : "only cache knows Caffeine";
    }
    if (to.startsWith("java.util.logging.")) {
      boolean named = hasRoom(from, "jdbc"); // DataSource.getParentLogger demands the type
      return named ? null : "logging goes through slf4j";
    }
    boolean listed = to.startsWith("java.") || to.startsWith("org.jspecify.");
    return listed ? null : "no list of allowed libraries names it";
  }

  private static @Nullable String objectionToModule(String module, String from, String to) {
    String[] path = to.split("\\.");
    String other = path[2];
    if (other.equals(module)) {
      return null;
    }
    if (!MODULES.get(module).contains(other)) {
      return module + " may only see " + MODULES.get(module);
    }
    if (path.length > 3 && !hasRoom(from, path[3])) {
      return "only a subpackage \"" + path[3] + "\" sees that room of " + other;
    }
    return null;
  }

  private static boolean hasRoom(String packageName, String room) {
    return (packageName + ".").contains("." + room + ".");
  }

  private static void checkRequires(ModuleDescriptor descriptor, List<Violation> violations) {
    for (ModuleDescriptor.Requires requires : descriptor.requires()) {
      if (OPTIONAL.contains(requires.name())
          && !requires.modifiers().contains(ModuleDescriptor.Requires.Modifier.STATIC)) {
        violations.add(
            new Violation(
                "arrows",
                "module-info -> " + requires.name(),
                "the library is optional: requires static"));
      }
    }
  }
}
