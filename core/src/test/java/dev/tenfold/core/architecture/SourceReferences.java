// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.ImportTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.TypeParameterTree;
import com.sun.source.util.TreeScanner;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which top-level type of a module names which other one in its source.
 *
 * <p>Bytecode does not show a constant that the compiler inlines, a cast, the type of an unused
 * local variable, or an import that only a comment needs. The source does: each import counts, and
 * each name in the code that is a type's. Names are resolved as the language does for types that
 * nothing hides: by the file's own types, then by imports, then by the package. The text of
 * comments does not count, so a facade may tell its reader where the work is done.
 */
final class SourceReferences {
  /** One mention; {@code place} is the file and line for a message. */
  record Reference(String from, String to, String place) {}

  private final ParsedSources sources;
  private final Set<String> types = new HashSet<>();
  private final List<Reference> found = new ArrayList<>();

  private SourceReferences(ParsedSources sources) {
    this.sources = sources;
  }

  static List<Reference> of(Subject subject) {
    if (subject.mainSources().isEmpty()) {
      return List.of();
    }
    var references = new SourceReferences(ParsedSources.of(subject.mainSources()));
    for (CompilationUnitTree unit : references.sources.units()) {
      references.types.addAll(declaredBy(unit));
    }
    for (CompilationUnitTree unit : references.sources.units()) {
      references.read(unit);
    }
    return references.found;
  }

  private static List<String> declaredBy(CompilationUnitTree unit) {
    List<String> names = new ArrayList<>();
    for (Tree declaration : unit.getTypeDecls()) {
      if (declaration instanceof ClassTree type) {
        names.add(packageOf(unit) + type.getSimpleName());
      }
    }
    return names;
  }

  private static String packageOf(CompilationUnitTree unit) {
    return unit.getPackageName() == null ? "" : unit.getPackageName() + ".";
  }

  private void read(CompilationUnitTree unit) {
    for (Tree declaration : unit.getTypeDecls()) {
      if (declaration instanceof ClassTree type) {
        var names = new Names(unit, packageOf(unit) + type.getSimpleName());
        names.own.scan(unit, null);
        names.scan(unit.getImports(), null);
        names.scan(type, null);
      }
    }
  }

  /** The references of one top-level type. */
  private final class Names extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final String from;
    private final OwnNames own = new OwnNames();
    private final Set<String> imported = new HashSet<>();
    private final List<String> packages = new ArrayList<>();

    Names(CompilationUnitTree unit, String from) {
      this.unit = unit;
      this.from = from;
      packages.add(packageOf(unit));
    }

    @Override
    public Void visitImport(ImportTree node, Void unused) {
      String name = node.getQualifiedIdentifier().toString();
      imported.add(name.substring(name.lastIndexOf('.') + 1));
      if (name.endsWith(".*")) {
        packages.add(name.substring(0, name.length() - 1));
      }
      return super.visitImport(node, unused);
    }

    @Override
    public Void visitMemberSelect(MemberSelectTree node, Void unused) {
      add(node.toString(), node);
      return super.visitMemberSelect(node, unused);
    }

    @Override
    public Void visitIdentifier(IdentifierTree node, Void unused) {
      String name = node.getName().toString();
      if (!own.names.contains(name) && !imported.contains(name)) {
        packages.forEach(prefix -> add(prefix + name, node));
      }
      return super.visitIdentifier(node, unused);
    }

    private void add(String to, Tree node) {
      if (types.contains(to) && !to.equals(from)) {
        String file = ParsedSources.file(unit).getFileName().toString();
        found.add(new Reference(from, to, file + ":" + sources.firstLine(unit, node)));
      }
    }
  }

  /** The nested types and type parameters of a file, which hide the package's types. */
  private static final class OwnNames extends TreeScanner<Void, Void> {
    private final Set<String> names = new HashSet<>();
    private int depth;

    @Override
    public Void visitClass(ClassTree node, Void unused) {
      if (depth > 0) {
        names.add(node.getSimpleName().toString());
      }
      depth++;
      super.visitClass(node, unused);
      depth--;
      return null;
    }

    @Override
    public Void visitTypeParameter(TypeParameterTree node, Void unused) {
      names.add(node.getName().toString());
      return super.visitTypeParameter(node, unused);
    }
  }
}
