// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static java.util.stream.Collectors.joining;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;

/**
 * A module that a test writes, compiles and hands to the rules as a real module's {@code
 * ArchitectureTest} does. So a violation stands next to the assertion, may lie in any package of
 * any module, and is never part of the build that it would break.
 */
final class PlantedModule {
  private final Path directory;
  private final String name;
  private final Map<String, String> libraries = new TreeMap<>();
  private final Map<String, String> main = new TreeMap<>();
  private final Map<String, String> tests = new TreeMap<>();

  PlantedModule(Path directory, String name) {
    this.directory = directory;
    this.name = name;
  }

  /** Adds a main class by its full name; the text is what follows the package declaration. */
  PlantedModule main(String fullName, String text) {
    main.put(fullName, text);
    return this;
  }

  /** Adds a test class. */
  PlantedModule test(String fullName, String text) {
    tests.put(fullName, text);
    return this;
  }

  /** Adds a class that the module sees and that is not part of it. */
  PlantedModule library(String fullName, String text) {
    libraries.put(fullName, text);
    return this;
  }

  /** Compiles and returns what one rule objects to. */
  List<String> violations(String rule) throws IOException {
    return rules().violations().stream().filter(v -> v.startsWith("[" + rule + "]")).toList();
  }

  ArchitectureRules rules() throws IOException {
    Path stubs = compile(libraries, "libraries", "target/libraries", List.of());
    Path classes = compile(main, "src/main/java", "target/classes", List.of(stubs));
    compile(tests, "src/test/java", "target/test-classes", List.of(stubs, classes));
    JavaClasses imported =
        new ClassFileImporter().importPaths(classes, directory.resolve("target/test-classes"));
    var loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, PlantedModule.class.getClassLoader());
    return ArchitectureRules.of(name, imported, loader);
  }

  private Path compile(Map<String, String> texts, String sources, String classes, List<Path> path)
      throws IOException {
    Path out = Files.createDirectories(directory.resolve(classes));
    if (texts.isEmpty()) {
      return out;
    }
    List<Path> files = new ArrayList<>();
    for (Map.Entry<String, String> text : texts.entrySet()) {
      files.add(write(directory.resolve(sources), text.getKey(), text.getValue()));
    }
    List<String> options = new ArrayList<>(List.of("-proc:none", "-nowarn", "-g"));
    options.addAll(List.of("-d", out.toString()));
    if (texts.containsKey("module-info")) {
      options.addAll(List.of("--module-path", jspecify()));
    } else {
      Stream<String> folders = path.stream().map(Path::toString);
      Stream<String> given = Stream.of(System.getProperty("java.class.path"));
      options.add("-classpath");
      options.add(Stream.concat(folders, given).collect(joining(File.pathSeparator)));
    }
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    var log = new StringWriter();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      var units = manager.getJavaFileObjectsFromPaths(files);
      if (!compiler.getTask(log, manager, null, options, null, units).call()) {
        throw new IllegalArgumentException("the planted module does not compile: " + log);
      }
    }
    return out;
  }

  private static Path write(Path folder, String fullName, String text) throws IOException {
    int dot = fullName.lastIndexOf('.');
    Path file = folder.resolve(fullName.replace('.', '/') + ".java");
    Files.createDirectories(file.getParent());
    boolean info = fullName.endsWith("package-info");
    String declared = dot < 0 ? "" : "package " + fullName.substring(0, dot) + ";\n";
    return Files.writeString(file, info ? text + "\n" + declared : declared + text);
  }

  private static String jspecify() {
    return NullMarked.class.getProtectionDomain().getCodeSource().getLocation().getPath();
  }
}
