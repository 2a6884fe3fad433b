// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MonitorRuleTest {
  @TempDir Path directory;

  @Test
  void synchronizedBlock_isNamedWithItsMethod() throws IOException {
    assertThat(violations("class Planted { int f(Object o) { synchronized (o) { return 1; } } }"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.cache.Planted", "int f(java.lang.Object)", "ReentrantLock");
  }

  @Test
  void synchronizedBlock_inALambdaOfANestedClass_isNamed() throws IOException {
    assertThat(
            violations(
                "class Planted { class N { Runnable r = () -> { synchronized (this) {} }; } }"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.cache.Planted$N");
  }

  @Test
  void synchronizedMethod_isNamed() throws IOException {
    assertThat(violations("class Planted { static synchronized void f() {} }"))
        .singleElement()
        .asString()
        .contains("dev.tenfold.cache.Planted.f()");
  }

  @Test
  void lockAndTheOpcodesByteInText_pass() throws IOException {
    assertThat(
            violations(
                """
                class Planted {
                  final String sign = "\\u00a7 synchronized, 1: monitorenter";
                  final java.util.concurrent.locks.Lock lock =
                      new java.util.concurrent.locks.ReentrantLock();
                  void f() { lock.lock(); lock.unlock(); }
                }
                """))
        .isEmpty();
  }

  private List<String> violations(String text) throws IOException {
    return new PlantedModule(directory, "cache")
        .main("dev.tenfold.cache.Planted", text)
        .violations("monitors");
  }
}
