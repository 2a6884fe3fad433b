// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The copies of {@code Threads} that the contracts of the modules bring along are equal. */
class ContractThreadsTest {

  private static String threads(String module) throws IOException {
    Path root = Path.of("").toAbsolutePath().getParent();
    String path = "%s/src/test/java/dev/tenfold/%s/contract/Threads.java".formatted(module, module);
    return Files.readString(root.resolve(path))
        .replace("dev.tenfold." + module + ".contract", "contract");
  }

  @ParameterizedTest
  @ValueSource(strings = {"resilience", "cache", "sharding", "idempotency"})
  void threads_ofAnotherModule_areTheSame(String module) throws IOException {
    assertThat(threads(module)).isEqualTo(threads("core"));
  }
}
