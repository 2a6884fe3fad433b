// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestRuleTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "@Test void f() throws Exception { Thread.sleep(1); }",
        "@Test void f() throws Exception { TimeUnit.SECONDS.sleep(1); }",
        "@Test void f() { Runnable r = () -> LockSupport.parkNanos(1); }",
        "@Test @Disabled void f() {}",
        "@Disabled class Inner {}",
      })
  void test_sleepsOrIsSwitchedOff_isNamed(String member) throws IOException {
    assertThat(violations(member)).singleElement().asString().contains("PlantedTest");
  }

  @Test
  void test_waitsForASignal_passes() throws IOException {
    assertThat(violations("@Test void f() throws Exception { new CountDownLatch(0).await(); }"))
        .isEmpty();
  }

  private List<String> violations(String member) throws IOException {
    return new PlantedModule(directory, "cache")
        .test(
            "dev.tenfold.cache.PlantedTest",
            """
            import java.util.concurrent.*;
            import java.util.concurrent.locks.*;
            import org.junit.jupiter.api.*;
            class PlantedTest {
              %s
            }
            """
                .formatted(member))
        .violations("tests");
  }
}
