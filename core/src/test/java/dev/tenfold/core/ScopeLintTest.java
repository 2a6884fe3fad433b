// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a user writes around a scope compiles under {@code -Xlint:all -Werror}. */
class ScopeLintTest {
  @TempDir private Path directory;

  /** Compiles a class with these methods as a strict user does; returns what javac says. */
  private String compile(String methods) throws IOException {
    String imports =
        """
        import dev.tenfold.core.*;
        import java.io.IOException;
        import java.nio.file.*;
        import java.sql.SQLException;
        import java.time.Duration;
        import java.util.List;
        """;
    String constant = "static final Ambient.Key<String> TENANT = Ambient.key(\"tenant\");\n";
    Path file = directory.resolve("User.java");
    Files.writeString(file, imports + "final class User {\n" + constant + methods + "\n}\n");
    var options =
        List.of(
            "-Xlint:all",
            "-Werror",
            "-proc:none",
            "-d",
            directory.toString(),
            "-classpath",
            System.getProperty("java.class.path"));
    var compiler = ToolProvider.getSystemJavaCompiler();
    var log = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      var units = files.getJavaFileObjects(file);
      boolean compiled = compiler.getTask(log, files, null, options, null, units).call();
      return compiled ? "" : log.toString();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // a value, a checked exception, nothing checked
        "String a(Deadline d, Path p) throws IOException {"
            + " return d.call(() -> Files.readString(p)); }",
        "String b() { return Deadline.after(Duration.ofMillis(800)).call(() -> \"x\"); }",
        "int c(List<String> l) { return ReadIntent.PRIMARY.call(() -> l.size()); }",
        "String d(Ambient seen) { return seen.call(() -> \"x\"); }",
        "String e() { return Ambient.call(TENANT, \"acme\", () -> Ambient.get(TENANT)); }",
        // nothing returned
        "void f(Deadline d, Path p) throws IOException { d.run(() -> { Files.delete(p); }); }",
        "void g(List<String> l) { ReadIntent.REPLICA.run(() -> l.clear()); }",
        "void h(Ambient seen, List<String> l) { seen.run(l::clear); }",
        "void i(List<String> l) { Ambient.run(TENANT, \"acme\", l::clear); }",
        // one inside another
        "String j(Deadline d, Path p) throws IOException {"
            + " return d.call(() -> ReadIntent.PRIMARY.call(() -> Files.readString(p))); }",
        "void k(Deadline d, Path p) throws IOException {"
            + " d.run(() -> Ambient.run(TENANT, \"acme\", () -> Files.delete(p))); }",
        // two unrelated exceptions
        "String l(Deadline d, Path p) throws Exception { return d.call(() -> {"
            + " if (p == null) { throw new SQLException(); } return Files.readString(p); }); }",
        // the statement form
        "void m(Deadline d, List<String> l) {"
            + " Ambient.Scope scope = d.open(); try (scope) { l.clear(); } }"
      })
  void user_aroundAScope_compilesWithoutAWarning(String method) throws IOException {
    assertThat(compile(method)).isEmpty();
  }

  @Test
  void user_resourceThatIsNeverReferenced_isWarned() throws IOException {
    assertThat(compile("void a(Deadline d) { try (var scope = d.open()) { d.expired(); } }"))
        .contains("[try]");
  }

  @Test
  void user_exceptionThatIsNotCaught_doesNotCompile() throws IOException {
    assertThat(compile("void a(Deadline d, Path p) { d.run(() -> Files.delete(p)); }"))
        .contains("unreported exception");
  }
}
