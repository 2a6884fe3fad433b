// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Source files as the JDK's own parser reads them, with the line of each node. */
record ParsedSources(List<CompilationUnitTree> units, SourcePositions positions) {
  static ParsedSources of(List<Path> files) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
      var options = List.of("-proc:none");
      var sources = manager.getJavaFileObjectsFromPaths(files);
      var task = (JavacTask) compiler.getTask(null, manager, null, options, null, sources);
      List<CompilationUnitTree> units = new ArrayList<>();
      task.parse().forEach(units::add);
      return new ParsedSources(units, Trees.instance(task).getSourcePositions());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path file(CompilationUnitTree unit) {
    return Path.of(unit.getSourceFile().toUri());
  }

  long firstLine(CompilationUnitTree unit, Tree node) {
    return unit.getLineMap().getLineNumber(positions.getStartPosition(unit, node));
  }

  long lastLine(CompilationUnitTree unit, Tree node) {
    return unit.getLineMap().getLineNumber(positions.getEndPosition(unit, node));
  }
}
