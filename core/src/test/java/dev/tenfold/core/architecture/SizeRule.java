// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.TreeScanner;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaFieldAccess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Rule 10: files of at most 500 lines and methods of at most 60, from the first line of the
 * declaration to the closing brace, comments inside included, javadoc not. The JDK's parser
 * measures. Libraries do not print either.
 */
final class SizeRule implements Rule {
  private static final int MAX_LINES = 500;
  private static final int MAX_METHOD_LINES = 60;
  private static final Set<String> MAY_PRINT = Set.of("benchmarks", "examples");

  private static final Calls PRINTS =
      new Calls("sizes")
          .forbid(
              "java.lang.Throwable",
              "printStackTrace",
              Calls::hasNoParameters,
              "a library does not print");

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>();
    checkFiles(subject, subject.mainSources(), violations);
    checkFiles(subject, subject.testSources(), violations);
    checkMethods(subject, violations);
    if (!MAY_PRINT.contains(subject.module())) {
      violations.addAll(PRINTS.in(subject.main()));
      checkStreams(subject, violations);
    }
    return violations;
  }

  private static void checkFiles(Subject subject, List<Path> files, List<Violation> violations) {
    for (Path file : files) {
      try (var lines = Files.lines(file)) {
        long count = lines.count();
        if (count > MAX_LINES) {
          violations.add(
              violation(
                  subject.directory().relativize(file).toString(),
                  "has " + count + " lines; the limit is " + MAX_LINES));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void checkMethods(Subject subject, List<Violation> violations) {
    List<Path> sources = subject.mainSources();
    if (sources.isEmpty()) {
      return;
    }
    ParsedSources parsed = ParsedSources.of(sources);
    for (CompilationUnitTree unit : parsed.units()) {
      String file = subject.directory().relativize(ParsedSources.file(unit)).toString();
      new Methods(unit, parsed, file, violations).scan(unit, null);
    }
  }

  private static void checkStreams(Subject subject, List<Violation> violations) {
    for (JavaClass javaClass : subject.main()) {
      for (JavaFieldAccess access : javaClass.getFieldAccessesFromSelf()) {
        String field = access.getTarget().getFullName();
        if (field.equals("java.lang.System.out") || field.equals("java.lang.System.err")) {
          violations.add(
              violation(
                  javaClass.getName() + " -> " + field.substring("java.lang.".length()),
                  access.getDescription() + "; a library does not print"));
        }
      }
    }
  }

  private static Violation violation(String offender, String message) {
    return new Violation("sizes", offender, message);
  }

  private static final class Methods extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final ParsedSources sources;
    private final String file;
    private final List<Violation> violations;

    Methods(
        CompilationUnitTree unit, ParsedSources sources, String file, List<Violation> violations) {
      this.unit = unit;
      this.sources = sources;
      this.file = file;
      this.violations = violations;
    }

    @Override
    public Void visitMethod(MethodTree method, Void unused) {
      long first = sources.firstLine(unit, method);
      long last = sources.lastLine(unit, method);
      if (last - first + 1 > MAX_METHOD_LINES) {
        violations.add(
            violation(
                file + " " + method.getName(),
                "has "
                    + (last - first + 1)
                    + " lines from line "
                    + first
                    + "; the limit is "
                    + MAX_METHOD_LINES));
      }
      return super.visitMethod(method, unused);
    }
  }
}
