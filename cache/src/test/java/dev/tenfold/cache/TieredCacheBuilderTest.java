// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.Codec;
import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.resilience.CircuitBreaker;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TieredCacheBuilderTest {
  private final MapStore store = new MapStore(new ManualTimeSource());

  private static TieredCache.Builder<Long, String> local() {
    return TieredCache.<Long, String>builder("users").loader(key -> "v");
  }

  private TieredCache.Builder<Long, String> remote() {
    return local().remote(store).ttl(Duration.ofMinutes(1)).codec(Codec.strings());
  }

  private static void refuses(TieredCache.Builder<Long, String> builder, String... words) {
    assertThatIllegalArgumentException()
        .isThrownBy(builder::build)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void build_contradictionsAndNoOps_refusedNamingBoth() {
    Duration minute = Duration.ofMinutes(1);
    refuses(TieredCache.<Long, String>builder("users").ttl(minute), "loader", "bulkLoader");
    refuses(local(), "ttl");
    refuses(local().ttl(minute).memory(m -> m.ttl(minute)), "memory ttl", "remote");
    refuses(local().ttl(minute).codec(Codec.strings()), "codec", "remote");
    refuses(local().ttl(minute).keyCodec(KeyCodec.natural()), "keyCodec", "remote");
    refuses(local().ttl(minute).maxValueBytes(64), "maxValueBytes", "remote");
    refuses(local().ttl(minute).breaker(CircuitBreaker.builder("b").build()), "breaker", "remote");
    refuses(local().remote(store).codec(Codec.strings()), "remote", "ttl");
    refuses(local().remote(store).ttl(minute), "remote", "codec");
    refuses(remote().memory(m -> m.ttl(Duration.ofMinutes(2))), "memory ttl PT2M", "ttl PT1M");
  }

  @Test
  void setters_outOfRange_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> local().ttl(Duration.ZERO));
    assertThatIllegalArgumentException().isThrownBy(() -> local().ttl(Duration.ofDays(366)));
    assertThatIllegalArgumentException().isThrownBy(() -> local().maxValueBytes(63));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> local().memory(m -> m.maxEntries(0)))
        .withMessageContaining("0")
        .withMessageContaining("100000000");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> local().memory(m -> m.ttl(Duration.ZERO)));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a:b", "two words", "{tag}", "ümlaut"})
  void builder_badName_refused(String name) {
    assertThatIllegalArgumentException().isThrownBy(() -> TieredCache.builder(name));
  }

  @Test
  void breaker_given_isUsed() {
    CircuitBreaker breaker =
        CircuitBreaker.builder("mine").consecutiveFailures(1).openFor(Duration.ofHours(1)).build();
    store.fail();
    TieredCache<Long, String> cache = remote().breaker(breaker).build();
    cache.get(1L);
    cache.get(2L);
    assertThat(cache.stats().remoteErrors()).isEqualTo(1);
    assertThat(cache.stats().remoteRefusals()).isEqualTo(1);
  }

  @Test
  void telemetry_whileOpen_showsWhatStatsSay() {
    var telemetry = new RecordingTelemetry();
    try (TieredCache<Long, String> cache = remote().telemetry(telemetry).build()) {
      cache.get(1L);
      cache.get(1L);
      assertThat(telemetry.read("tenfold.cache.hits cache=users,tier=memory")).isEqualTo(1);
      assertThat(telemetry.read("tenfold.cache.misses cache=users")).isEqualTo(1);
      assertThat(telemetry.read("tenfold.cache.loads cache=users")).isEqualTo(1);
      assertThat(telemetry.read("tenfold.cache.memory.entries cache=users")).isEqualTo(1);
      assertThat(telemetry.read("tenfold.cache.loading cache=users")).isZero();
      assertThat(telemetry.latencies("tenfold.cache.load cache=users")).hasSize(1);
    }
    assertThat(telemetry.open()).noneMatch(id -> id.startsWith("tenfold.cache."));
  }

  @Test
  void natural_keys_haveOneNameEach() {
    KeyCodec<Object> natural = KeyCodec.natural();
    assertThat(natural.encode(42L)).asString().isEqualTo("i42");
    assertThat(natural.encode((byte) 42)).isEqualTo(natural.encode(42));
    assertThat(natural.encode("42")).asString().isEqualTo("s42");
    UUID id = UUID.fromString("01234567-89ab-cdef-0123-456789abcdef");
    assertThat(natural.encode(id)).asString().isEqualTo("u" + id);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> natural.encode(1.5))
        .withMessageContaining("keyCodec");
    assertThatIllegalArgumentException().isThrownBy(() -> natural.encode("\ud800"));
  }
}
