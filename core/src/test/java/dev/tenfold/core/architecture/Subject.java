// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.module.ModuleDescriptor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * One module as the rules see it: its compiled classes, told apart by the folder they lie in, and
 * its sources. What an annotation processor generated (JMH) is nobody's to judge.
 */
record Subject(
    String module,
    JavaClasses main,
    JavaClasses tests,
    Path directory,
    ClassLoader loader,
    Set<String> allowed) {
  private static final String MAIN = "target/classes/";
  private static final String TESTS = "target/test-classes/";

  static Subject of(String module, JavaClasses classes, ClassLoader loader) {
    JavaClasses written = classes.that(matches("are written by hand", Subject::isWritten));
    JavaClasses main = written.that(matches("are main classes", c -> file(c).contains(MAIN)));
    JavaClasses tests = written.that(matches("are test classes", c -> file(c).contains(TESTS)));
    if (tests.isEmpty() && main.isEmpty()) {
      throw new IllegalArgumentException("no class of module " + module + " was imported");
    }
    Path directory = directory((main.isEmpty() ? tests : main).iterator().next());
    return new Subject(module, main, tests, directory, loader, Set.of());
  }

  /** Says which offenders the module lists, for a rule that must not even look at them. */
  Subject allowing(Set<String> offenders) {
    return new Subject(module, main, tests, directory, loader, Set.copyOf(offenders));
  }

  private static DescribedPredicate<JavaClass> matches(
      String description, Predicate<JavaClass> predicate) {
    return DescribedPredicate.describe(description, predicate);
  }

  private static boolean isWritten(JavaClass javaClass) {
    String name = javaClass.getName();
    return !name.contains(".jmh_generated.") && !name.equals("module-info");
  }

  private static String file(JavaClass javaClass) {
    return javaClass.getSource().orElseThrow().getUri().getPath();
  }

  private static Path directory(JavaClass javaClass) {
    String file = file(javaClass);
    return Path.of(file.substring(0, file.lastIndexOf("/target/")));
  }

  String rootPackage() {
    return "dev.tenfold." + module;
  }

  /** The class file, for tools that read bytecode. */
  static Path classFile(JavaClass javaClass) {
    return Path.of(javaClass.getSource().orElseThrow().getUri());
  }

  /** The name of the file's own class: nested ones belong to it. */
  static String topLevel(JavaClass javaClass) {
    String name = javaClass.getName();
    int nested = name.indexOf('$', name.lastIndexOf('.') + 2);
    return nested < 0 ? name : name.substring(0, nested);
  }

  static boolean isPackageInfo(JavaClass javaClass) {
    return javaClass.getName().endsWith("package-info");
  }

  List<Path> mainSources() {
    return sources(directory.resolve("src/main/java"));
  }

  List<Path> testSources() {
    return sources(directory.resolve("src/test/java"));
  }

  Optional<ModuleDescriptor> descriptor() {
    Path file = directory.resolve(MAIN).resolve("module-info.class");
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try (var in = Files.newInputStream(file)) {
      return Optional.of(ModuleDescriptor.read(in));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<Path> sources(Path folder) {
    if (!Files.exists(folder)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(f -> f.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
