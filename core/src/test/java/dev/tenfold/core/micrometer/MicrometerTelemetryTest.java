// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.contract.TelemetryContract;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.search.Search;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

class MicrometerTelemetryTest extends TelemetryContract {
  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
  private final Telemetry telemetry = MicrometerTelemetry.of(registry);

  @Override
  protected Telemetry telemetry() {
    return telemetry;
  }

  private Search search(String name, Tags tags) {
    Search search = registry.find(name);
    tags.asMap().forEach(search::tag);
    return search;
  }

  @Override
  protected OptionalDouble counted(String name, Tags tags) {
    FunctionCounter counter = search(name, tags).functionCounter();
    return counter == null ? OptionalDouble.empty() : OptionalDouble.of(counter.count());
  }

  @Override
  protected OptionalDouble measured(String name, Tags tags) {
    Gauge gauge = search(name, tags).gauge();
    return gauge == null ? OptionalDouble.empty() : OptionalDouble.of(gauge.value());
  }

  @Override
  protected long recorded(String name, Tags tags) {
    Timer timer = search(name, tags).timer();
    return timer == null ? 0 : timer.count();
  }

  @Override
  protected OptionalDouble recordedNanos(String name, Tags tags) {
    Timer timer = search(name, tags).timer();
    return timer == null
        ? OptionalDouble.empty()
        : OptionalDouble.of(timer.totalTime(TimeUnit.NANOSECONDS));
  }

  @Override
  protected long happened(String name, Tags tags) {
    return search(name + ".events", tags).counters().stream()
        .filter(counter -> counter.getId().getTags().size() == tags.asMap().size())
        .mapToLong(counter -> (long) counter.count())
        .sum();
  }

  @Test
  void latency_durations_keepTheirUnit() {
    telemetry.latency("tenfold.test.call", Tags.none()).record(1_500);

    assertThat(registry.get("tenfold.test.call").timer().totalTime(TimeUnit.NANOSECONDS))
        .isEqualTo(1_500);
  }

  @Test
  void latency_deniedByAFilter_isDisabled() {
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("tenfold.denied"));

    assertThat(telemetry.latency("tenfold.denied.call", Tags.none()).enabled()).isFalse();
    assertThat(telemetry.latency("tenfold.other.call", Tags.none()).enabled()).isTrue();
  }

  @Test
  void counter_readThrows_keepsThePreviousCount() {
    var broken = new AtomicBoolean();
    try (Registration held =
        telemetry.counter(
            "tenfold.test.count",
            Tags.none(),
            () -> {
              if (broken.get()) {
                throw new IllegalStateException("broken");
              }
              return 4;
            })) {
      FunctionCounter counter = registry.get("tenfold.test.count").functionCounter();
      assertThat(counter.count()).isEqualTo(4);
      broken.set(true);
      assertThat(counter.count()).isEqualTo(4);
    }
  }

  @Test
  void gauge_readThrows_isNotANumber() {
    try (Registration held =
        telemetry.gauge(
            "tenfold.test.level",
            Tags.none(),
            () -> {
              throw new IllegalStateException("broken");
            })) {
      assertThat(registry.get("tenfold.test.level").gauge().value()).isNaN();
    }
  }

  @Test
  @SuppressWarnings("resource") // dropping the registration is what this is about
  void gauge_registrationAndAdapterDropped_isStillReadAfterGarbageCollection() {
    MicrometerTelemetry.of(registry).gauge("tenfold.test.level", Tags.none(), () -> 5);
    MicrometerTelemetry.of(registry).counter("tenfold.test.count", Tags.none(), () -> 6);
    System.gc();

    assertThat(registry.get("tenfold.test.level").gauge().value()).isEqualTo(5);
    assertThat(registry.get("tenfold.test.count").functionCounter().count()).isEqualTo(6);
  }

  @Test
  void counter_nameAndTagsInUse_registryDoesNotWarn() {
    List<LogRecord> logged = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger(MeterRegistry.class.getName());
    Level before = logger.getLevel();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            logged.add(entry);
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.setLevel(Level.ALL); // it warns once per JVM, later on it is a debug message
    logger.addHandler(handler);
    try (Registration older = telemetry.counter("tenfold.test.count", Tags.none(), () -> 1);
        Registration newer = telemetry.counter("tenfold.test.count", Tags.none(), () -> 2)) {
      assertThat(registry.get("tenfold.test.count").functionCounter().count()).isEqualTo(2);
    } finally {
      logger.removeHandler(handler);
      logger.setLevel(before);
    }

    assertThat(logged).extracting(LogRecord::getMessage).isEmpty();
  }

  @Test
  @SuppressWarnings("resource") // nothing is registered
  void counter_nameTakenByAnotherTypeSinceItClosed_refused() {
    telemetry.counter("tenfold.test.count", Tags.none(), () -> 1).close();
    Gauge.builder("tenfold.test.count", () -> 2).register(registry);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> telemetry.counter("tenfold.test.count", Tags.none(), () -> 3));
  }

  @Test
  void event_nameTakenByAMeterOfAnotherType_doesNotThrow() {
    Gauge.builder("tenfold.test.opened.events", () -> 1).register(registry);

    assertThatCode(() -> telemetry.event("tenfold.test.opened", Tags.none()))
        .doesNotThrowAnyException();
  }
}
