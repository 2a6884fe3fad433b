// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Outcome;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.Retry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.io.TempDir;

/**
 * Compiles the Kotlin of the guide as it stands there, and calls it. The compiler is on the class
 * path of JDK 21 and later only (see the pom).
 */
@EnabledForJreRange(min = JRE.JAVA_21)
@Timeout(120)
class KotlinGuideTest {
  private static final Pattern BLOCK = Pattern.compile("```kotlin\n(.*?)```", Pattern.DOTALL);

  /** What the blocks leave out. */
  private static final String AROUND =
      """
      import dev.tenfold.core.Deadline
      import dev.tenfold.core.Outcome
      import dev.tenfold.resilience.Pipeline
      import java.time.Duration
      import java.util.concurrent.CompletableFuture

      object client {
        fun get(id: Long): String = "answer " + id
        fun getAsync(id: Long): CompletableFuture<String> = CompletableFuture.completedFuture(get(id))
        fun refresh() {}
      }
      val id = 42L

      """;

  @TempDir private Path directory;

  /** Compiles one file; returns what the compiler says, which is nothing if all is well. */
  private String compile(String code) throws ReflectiveOperationException, IOException {
    Path file = Files.writeString(directory.resolve("Guide.kt"), code);
    var said = new ByteArrayOutputStream();
    Class<?> type = Class.forName("org.jetbrains.kotlin.cli.jvm.K2JVMCompiler");
    Object compiler = type.getDeclaredConstructor().newInstance();
    var exec = type.getMethod("exec", PrintStream.class, String[].class);
    String[] arguments = {
      "-no-stdlib",
      "-no-reflect",
      "-Werror",
      "-classpath",
      System.getProperty("java.class.path"),
      "-d",
      directory.toString(),
      file.toString()
    };
    exec.invoke(compiler, new PrintStream(said, true, StandardCharsets.UTF_8), arguments);
    return said.toString(StandardCharsets.UTF_8);
  }

  private static String guide() throws IOException {
    return BLOCK
        .matcher(Guide.of("resilience.md").text())
        .results()
        .map(found -> found.group(1))
        .collect(Collectors.joining("\n"));
  }

  @Test
  void guide_everyKotlinBlock_compilesAndCalls() throws Exception {
    assertThat(compile(AROUND + guide())).isEmpty();

    Pipeline pipeline = Pipeline.of("kotlin", Retry.builder("kotlin").build());
    try (var loader = new URLClassLoader(new URL[] {directory.toUri().toURL()})) {
      Class<?> compiled = loader.loadClass("GuideKt");
      for (String function : new String[] {"find", "without", "inTime"}) {
        assertThat(compiled.getMethod(function, Pipeline.class).invoke(null, pipeline))
            .as(function)
            .isEqualTo("answer 42");
      }
      compiled.getMethod("refresh", Pipeline.class).invoke(null, pipeline);
      var outcome =
          (Outcome<?>) compiled.getMethod("outcome", Pipeline.class).invoke(null, pipeline);
      var later =
          (CompletableFuture<?>) compiled.getMethod("later", Pipeline.class).invoke(null, pipeline);
      assertThat(outcome).isEqualTo(new Outcome.Success<>("answer 42"));
      assertThat(later).isCompletedWithValueMatching("answer 42"::equals);
    }
  }

  @Test
  void call_neitherNamedNorByTheOperator_isNotInferred() throws Exception {
    assertThat(
            compile(
                AROUND + "fun find(pipeline: Pipeline): String = pipeline.call { client.get(id) }"))
        .contains("cannot infer type for type parameter 'X'");
  }
}
