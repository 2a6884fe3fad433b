// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** JVMs with other settings must agree on every route. */
class SameOnEveryJvmIT {
  /** Frozen, so that all JDKs agree with the same line. */
  private static final String LINE = "3 f7e158b55425d8b4 19d6ee5b16d32cb6";

  @Test
  void digest_here_isTheFrozenOne() {
    assertThat(Digest.line()).isEqualTo(LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-Duser.language=tr -Duser.country=TR",
        "-Duser.language=ar -Duser.country=SA -Duser.extensions=u-nu-arab",
        "-Dfile.encoding=ISO-8859-1",
        "-Dfile.encoding=UTF-16",
        "-XX:-CompactStrings",
        "-XX:-CompactStrings -Duser.language=az -Dfile.encoding=US-ASCII",
        "-Xint",
        "-XX:+UseSerialGC -XX:hashCode=2"
      })
  void digest_inAnotherProcess_isTheFrozenOne(String options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:+UnlockExperimentalVMOptions");
    command.addAll(List.of(options.split(" ")));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Digest.class.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed.replace("\0", "")).contains(LINE);
  }
}
