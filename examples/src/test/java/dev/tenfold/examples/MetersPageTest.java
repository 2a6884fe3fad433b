// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.cache.TieredCache;
import dev.tenfold.core.Codec;
import dev.tenfold.core.Latency;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.idempotency.Idempotency;
import dev.tenfold.idempotency.jdbc.JdbcIdempotencyStore;
import dev.tenfold.resilience.BreakerState;
import dev.tenfold.resilience.Bulkhead;
import dev.tenfold.resilience.CircuitBreaker;
import dev.tenfold.resilience.KeyedPolicies;
import dev.tenfold.resilience.Pipeline;
import dev.tenfold.resilience.RateLimiter;
import dev.tenfold.resilience.Retry;
import dev.tenfold.resilience.Timeout;
import dev.tenfold.sharding.Topology;
import dev.tenfold.sharding.TopologyWatch;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** {@code docs/meters.md} names the meters that the sources name, as components report them. */
class MetersPageTest {
  private static final List<String> MODULES =
      List.of("core", "resilience", "cache", "sharding", "idempotency", "testkit");
  private static final Pattern ROW =
      Pattern.compile("^\\| `(tenfold\\.[^`]+)` \\| (\\w+) \\| ([^|]+) \\|", Pattern.MULTILINE);
  private static final Pattern REPORTED =
      Pattern.compile("\\.(?:counter|gauge|latency|event)\\(\\s*\"(tenfold\\.[^\"]*[^\".])\"");
  private static final Pattern HELPED =
      Pattern.compile("\\bcounter\\(\\s*telemetry,\\s*\"(tenfold\\.[^\"]+)\"");
  private static final Pattern PREFIX =
      Pattern.compile("(?:PREFIX = |\\.event\\()\"(tenfold\\.[^\"]+\\.)\"");
  private static final Pattern PREFIXED =
      Pattern.compile(
          "(?:PREFIX \\+ |\\b(?:count|event|isNewFailure)\\(\\s*)\"(?!tenfold)([a-z.-]+)\"");

  @Test
  void page_everyNameInTheSources_standsThereAndNoOther() throws IOException {
    Set<String> inSources = new TreeSet<>();
    for (String module : MODULES) {
      try (Stream<Path> files = Files.walk(Path.of("..", module, "src/main/java"))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> inSources.addAll(names(file)));
      }
    }
    for (BreakerState state : BreakerState.values()) { // the text of a state is its event
      String text = state.name().toLowerCase(Locale.ROOT).replace('_', '-');
      inSources.add("tenfold.resilience.breaker." + text);
    }

    assertThat(inSources).hasSizeGreaterThan(50);
    assertThat(rows().map(row -> row.group(1)).toList())
        .containsExactlyInAnyOrderElementsOf(inSources);
  }

  private static List<String> names(Path file) {
    String source = read(file);
    List<String> names = new ArrayList<>();
    REPORTED.matcher(source).results().forEach(found -> names.add(found.group(1)));
    HELPED.matcher(source).results().forEach(found -> names.add(found.group(1)));
    PREFIX
        .matcher(source)
        .results()
        .forEach(prefix ->
            PREFIXED
                .matcher(source)
                .results()
                .forEach(found -> names.add(prefix.group(1) + found.group(1))));
    return names;
  }

  @Test
  void page_everyMeter_hasTheKindAndTheTagsThatComponentsReport() throws IOException {
    Reported reported = new Reported();
    var time = new ManualTimeSource();
    reportResilience(reported, time);
    DataSource nowhere = new HikariDataSource(); // nobody connects
    TieredCache.<Long, String>builder("c")
        .memory(memory -> memory.maxEntries(10))
        .ttl(ofMinutes(1))
        .loader(id -> "value")
        .timeSource(time)
        .telemetry(reported)
        .build();
    String topology = Topology.builder("t").shard("s0", 1000).build().text();
    TopologyWatch.builder(() -> topology).timeSource(time).telemetry(reported).build();
    ReadWriteDataSource.builder("d")
        .primary(nowhere)
        .replica("r1", nowhere)
        .executor(probe -> {})
        .timeSource(time)
        .telemetry(reported)
        .build();
    Idempotency.builder(JdbcIdempotencyStore.postgres(nowhere))
        .telemetry(reported)
        .build()
        .operation("o", Codec.strings());

    assertThat(
            rows()
                .filter(row -> !row.group(2).equals("event"))
                .map(row -> String.join(" ", row.group(2), row.group(1), row.group(3)))
                .toList())
        .containsExactlyInAnyOrderElementsOf(reported.meters);
  }

  private static void reportResilience(Telemetry reported, ManualTimeSource time) {
    Pipeline.builder(
            "p",
            Retry.builder("r").timeSource(time).telemetry(reported).build(),
            CircuitBreaker.builder("b").timeSource(time).telemetry(reported).build(),
            RateLimiter.builder("l", 1, ofSeconds(1)).timeSource(time).telemetry(reported).build(),
            Bulkhead.builder("h", 1).timeSource(time).telemetry(reported).build(),
            Timeout.builder("t", ofSeconds(1)).timeSource(time).telemetry(reported).build())
        .telemetry(reported)
        .build();
    KeyedPolicies.<String>builder("k", 1, key -> Pipeline.of("q"))
        .timeSource(time)
        .telemetry(reported)
        .build();
  }

  private static Stream<MatchResult> rows() throws IOException {
    return ROW.matcher(Guide.repository("docs/meters.md")).results();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** Keeps kind, name and names of tags, as a row of the page has them. */
  private static final class Reported implements Telemetry {
    final Set<String> meters = new TreeSet<>();

    private void add(String kind, String name, Tags tags) {
      String names =
          tags.asMap().keySet().stream()
              .map(tag -> "`" + tag + "`")
              .collect(Collectors.joining(", "));
      meters.add(String.join(" ", kind, name, names));
    }

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      add("counter", name, tags);
      return () -> {};
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      add("gauge", name, tags);
      return () -> {};
    }

    @Override
    public Latency latency(String name, Tags tags) {
      add("latency", name, tags);
      return Telemetry.none().latency(name, tags);
    }

    @Override
    public void event(String name, Tags tags) {}
  }
}
