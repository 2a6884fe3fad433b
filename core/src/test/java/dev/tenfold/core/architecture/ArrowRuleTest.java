// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ArrowRuleTest {
  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "core,             dev.tenfold.resilience.Retry",
    "core,             dev.tenfold.testkit.Await",
    "resilience,       dev.tenfold.cache.TieredCache",
    "cache,            dev.tenfold.sharding.ShardRouter",
    "sharding,         dev.tenfold.cache.TieredCache",
    "idempotency.jdbc, dev.tenfold.sharding.jdbc.ShardedDataSource",
    "testkit,          dev.tenfold.resilience.Retry",
    "cache,            dev.tenfold.core.redis.RedisLink",
    "cache.redis,      dev.tenfold.core.jackson.JacksonCodec",
    "core,             io.lettuce.core.RedisClient",
    "core.jackson,     io.lettuce.core.RedisClient",
    "core,             tools.jackson.databind.ObjectMapper",
    "core.redis,       io.micrometer.core.instrument.MeterRegistry",
    "core,             jdk.jfr.Event",
    "core,             org.slf4j.Logger",
    "resilience,       org.slf4j.Logger",
    "sharding,         com.github.benmanes.caffeine.cache.Cache",
    "sharding,         javax.sql.DataSource",
    "sharding,         java.sql.Connection",
    "idempotency,      javax.sql.DataSource",
    "sharding,         com.zaxxer.hikari.HikariDataSource",
    "cache,            java.util.logging.Logger",
    "cache,            com.google.common.base.Splitter",
    "cache,            com.sun.source.tree.Tree",
  })
  void arrow_isNotInThePicture_isNamed(String from, String to) throws IOException {
    assertThat(violations(from, to))
        .singleElement()
        .asString()
        .contains(
            "dev.tenfold." + from + ".Planted -> " + to.substring(0, to.lastIndexOf('.')),
            "(Planted.java:");
  }

  @ParameterizedTest
  @CsvSource({
    "resilience,       dev.tenfold.core.TimeSource",
    "cache,            dev.tenfold.core.TimeSource",
    "cache,            dev.tenfold.resilience.Retry",
    "testkit,          dev.tenfold.core.TimeSource",
    "cache.redis,      dev.tenfold.core.redis.RedisLink",
    "core.redis,       io.lettuce.core.RedisClient",
    "core.jackson,     tools.jackson.databind.ObjectMapper",
    "core.micrometer,  io.micrometer.core.instrument.MeterRegistry",
    "core.jfr,         jdk.jfr.Event",
    "sharding.jdbc,    javax.sql.DataSource",
    "sharding.jdbc,    com.zaxxer.hikari.HikariDataSource",
    "idempotency,      org.slf4j.Logger",
    "idempotency,      java.sql.Connection",
    "cache,            com.github.benmanes.caffeine.cache.Cache",
    "testkit,          java.sql.Connection",
    "benchmarks,       com.google.common.base.Splitter",
    "examples,         dev.tenfold.cache.redis.RedisStore",
  })
  void arrow_isInThePicture_passes(String from, String to) throws IOException {
    assertThat(violations(from, to)).isEmpty();
  }

  @Test
  void descriptor_requiresAnOptionalLibrary_isNamedUnlessStatic() throws IOException {
    var module = new PlantedModule(directory, "core");
    module.main("dev.tenfold.core.Planted", "class Planted {}");

    module.main("module-info", "module dev.tenfold.core { requires jdk.jfr; }");
    assertThat(module.violations("arrows"))
        .singleElement()
        .asString()
        .contains("module-info -> jdk.jfr", "requires static");

    module.main("module-info", "module dev.tenfold.core { requires static jdk.jfr; }");
    assertThat(module.violations("arrows")).isEmpty();
  }

  private List<String> violations(String from, String to) throws IOException {
    var module =
        new PlantedModule(directory, from.split("\\.")[0])
            .main(
                "dev.tenfold." + from + ".Planted",
                "class Planted { Object f(Object o) { return o instanceof %s; } }".formatted(to));
    if (!to.startsWith("java") && !to.startsWith("jdk.") && !to.startsWith("com.sun.")) {
      String simpleName = to.substring(to.lastIndexOf('.') + 1);
      module.library(to, "public class " + simpleName + " {}");
    }
    return module.violations("arrows");
  }
}
