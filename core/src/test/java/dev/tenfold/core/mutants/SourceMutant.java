// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.mutants;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * Loads a module and its tests once more, with one file of the module changed: a planted defect
 * that a test has to find. The classes have no place of origin, so that nobody measures coverage by
 * them.
 *
 * <pre>{@code
 * SourceMutant mutant = SourceMutant.of(directory, Permits.class, "granting", "true");
 * Class<?> simulation = mutant.loadClass(Simulation.class.getName());
 * }</pre>
 *
 * <p>For one thread at a time. Compiling takes some tenths of a second.
 */
public final class SourceMutant extends ClassLoader {
  private static final Path SOURCES = Path.of("src/main/java");

  /** Literals, which are kept, or what is between the code. */
  private static final Pattern NOT_CODE =
      Pattern.compile(
          "(\"\"\"[\\s\\S]*?\"\"\"|\"(?:\\\\.|[^\"\\\\])*\"|'(?:\\\\.|[^'\\\\])*')"
              + "|(?:\\s|//[^\\n]*|/\\*[\\s\\S]*?\\*/)+");

  private final String module;
  private final Path changed;

  private SourceMutant(ClassLoader parent, String module, Path changed) {
    super(parent);
    this.module = module;
    this.changed = changed;
  }

  /**
   * Compiles one source file of the module under test with one piece of its code replaced. The
   * piece must be there exactly once; comments and white space do not count on either side.
   *
   * @param directory an empty directory for the classes
   * @param module a class of the module's first package; all classes in and below this package are
   *     loaded once more
   * @param file the name of a top-level class, relative to that package, such as {@code jdbc.Nodes}
   * @param code the piece
   * @param instead what replaces it
   * @return a class loader
   * @throws IOException if a file cannot be read or written
   * @throws AssertionError if the piece is not there exactly once, or the mutant does not compile
   */
  public static SourceMutant of(
      Path directory, Class<?> module, String file, String code, String instead)
      throws IOException {
    String prefix = module.getPackageName() + ".";
    Path path = Path.of((prefix + file).replace('.', '/') + ".java");
    String source = code(Files.readString(SOURCES.resolve(path)));
    assertThat(source.split(Pattern.quote(code(code)), -1))
        .as("%s holds once: %s", file, code)
        .hasSize(2);
    Path changed = directory.resolve(path.getFileName());
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
    return new SourceMutant(module.getClassLoader(), prefix, classes);
  }

  /** Returns the text without comments, and with one blank for all other white space. */
  private static String code(String text) {
    return NOT_CODE
        .matcher(text)
        .replaceAll(part -> part.group(1) == null ? " " : Matcher.quoteReplacement(part.group(1)));
  }

  @Override
  protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
    if (!name.startsWith(module)) {
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
