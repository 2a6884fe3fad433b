// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Loads the module and its simulation once more, with one file of the module changed. The classes
 * have no place of origin, so that nobody measures coverage by them.
 */
final class MutantLoader extends ClassLoader {
  private static final String MODULE = "dev.tenfold.resilience.";
  private static final Path SOURCES = Path.of("src/main/java/dev/tenfold/resilience");

  /** Literals, which are kept, or what is between the code. */
  private static final Pattern NOT_CODE =
      Pattern.compile(
          "(\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*')"
              + "|(?:\\s|//[^\\n]*|/\\*[\\s\\S]*?\\*/)+");

  private final Path changed;

  private MutantLoader(Path changed) {
    super(MutantLoader.class.getClassLoader());
    this.changed = changed;
  }

  /**
   * Compiles one source file with one piece of its code replaced. The piece must be there exactly
   * once; comments and white space do not count on either side.
   */
  static MutantLoader of(Path directory, String file, String code, String instead)
      throws IOException {
    String source = code(Files.readString(SOURCES.resolve(file + ".java")));
    assertThat(source.split(Pattern.quote(code(code)), -1))
        .as("%s holds once: %s", file, code)
        .hasSize(2);
    Path changed = directory.resolve(file + ".java");
    Files.writeString(changed, source.replace(code(code), instead));
    Path classes = Files.createDirectory(directory.resolve("classes"));
    var options =
        List.of(
            List.of("-proc:none", "-nowarn", "-implicit:none", "-d", classes.toString()),
            List.of("-classpath", System.getProperty("java.class.path")));
    var compiler = ToolProvider.getSystemJavaCompiler();
    var log = new StringWriter();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      var flat = options.stream().flatMap(List::stream).toList();
      var units = files.getJavaFileObjects(changed);
      boolean compiled = compiler.getTask(log, files, null, flat, null, units).call();
      assertThat(compiled).as("the mutant compiles: %s", log).isTrue();
    }
    return new MutantLoader(classes);
  }

  /** Returns the text without comments, and with one blank for all other white space. */
  private static String code(String text) {
    return NOT_CODE
        .matcher(text)
        .replaceAll(part -> part.group(1) == null ? " " : Matcher.quoteReplacement(part.group(1)));
  }

  /**
   * Plays the mutant's simulation until a seed objects by the given words.
   *
   * @return that objection, or what the seeds objected to instead
   */
  Set<String> objections(long seeds, String words) throws ReflectiveOperationException {
    Class<?> simulation = loadClass(Simulation.class.getName());
    assertThat(simulation.getClassLoader()).isSameAs(this);
    var method = simulation.getMethod("firstFailure", long.class, long.class);
    Set<String> others = new TreeSet<>();
    for (long seed = 0; seed < seeds; seed++) {
      String failure = (String) method.invoke(null, seed, 1);
      if (failure != null) {
        String objection = failure.lines().findFirst().orElseThrow();
        if (objection.contains(words)) {
          return Set.of(objection);
        }
        others.add(objection.replaceAll("^seed .*?: |\\d+", ""));
      }
    }
    return others;
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(MODULE)) {
      return super.loadClass(name, resolve);
    }
    Class<?> known = findLoadedClass(name);
    if (known != null) {
      return known;
    }
    byte[] bytes = bytes(name);
    return defineClass(name, bytes, 0, bytes.length);
  }

  private byte[] bytes(String name) throws ClassNotFoundException {
    String path = name.replace('.', '/') + ".class";
    Path mutant = changed.resolve(path);
    try (InputStream original = getResourceAsStream(path)) {
      if (Files.exists(mutant)) {
        return Files.readAllBytes(mutant);
      }
      if (original == null) {
        throw new ClassNotFoundException(name);
      }
      return original.readAllBytes();
    } catch (IOException e) {
      throw new ClassNotFoundException(name, e);
    }
  }
}
