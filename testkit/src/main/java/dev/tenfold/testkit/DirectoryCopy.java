// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Copies a directory with the owners and permissions of its files. A running server may write to
 * the directory: a file that vanishes meanwhile is left out.
 */
final class DirectoryCopy extends SimpleFileVisitor<Path> {
  private final Path source;
  private final Path target;
  private final Predicate<Path> wanted;

  private DirectoryCopy(Path source, Path target, Predicate<Path> wanted) {
    this.source = source;
    this.target = target;
    this.wanted = wanted;
  }

  /**
   * Copies a directory to a path that does not exist yet.
   *
   * @param wanted is asked about the path of each file and directory below {@code source}
   */
  static void make(Path source, Path target, Predicate<Path> wanted) throws IOException {
    Files.walkFileTree(source, new DirectoryCopy(source, target, wanted));
  }

  @Override
  public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
      throws IOException {
    if (!directory.equals(source) && !wanted.test(source.relativize(directory))) {
      return FileVisitResult.SKIP_SUBTREE;
    }
    return copy(directory) ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
  }

  @Override
  public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
    if (wanted.test(source.relativize(file))) {
      copy(file);
    }
    return FileVisitResult.CONTINUE;
  }

  @Override
  public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
    if (failure instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw failure;
  }

  @Override
  public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
      throws IOException {
    return failure == null ? FileVisitResult.CONTINUE : visitFileFailed(directory, failure);
  }

  /** Returns false if the file has vanished. */
  private boolean copy(Path file) throws IOException {
    try {
      Files.copy(file, target.resolve(source.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      return true;
    } catch (NoSuchFileException vanished) {
      if (Files.exists(file)) {
        throw vanished; // the target is the path that does not exist
      }
      return false;
    }
  }
}
