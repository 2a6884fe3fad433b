// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * What every {@link Telemetry} that reports somewhere holds. Extend it, name a telemetry, and read
 * back what arrived where it reports to. Each test method gets an instance of its own.
 */
public abstract class TelemetryContract {
  private static final String NAME = "tenfold.contract.thing";
  private static final Tags TAGS = Tags.of("component", "payments");

  /** For subclasses. */
  protected TelemetryContract() {}

  /**
   * Returns the telemetry under test.
   *
   * @return the same one each time within a test
   */
  protected abstract Telemetry telemetry();

  /**
   * Reads a counter where it is reported to.
   *
   * @param name its name
   * @param tags its tags
   * @return the count, empty if no such counter is reported
   */
  protected abstract OptionalDouble counted(String name, Tags tags);

  /**
   * Reads a gauge where it is reported to.
   *
   * @param name its name
   * @param tags its tags
   * @return the value, empty if no such gauge is reported
   */
  protected abstract OptionalDouble measured(String name, Tags tags);

  /**
   * Reads how many durations arrived.
   *
   * @param name the name of the latency
   * @param tags its tags
   * @return the number of durations, 0 if there is no such latency
   */
  protected abstract long recorded(String name, Tags tags);

  /**
   * Reads how many events arrived.
   *
   * @param name the name of the event
   * @param tags its tags
   * @return the number of events, 0 if there was none
   */
  protected abstract long happened(String name, Tags tags);

  @Test
  void counter_whileOpen_isReadWheneverSomebodyLooks() {
    AtomicLong count = new AtomicLong(3);
    try (Registration held = telemetry().counter(NAME, TAGS, count::get)) {
      assertThat(counted(NAME, TAGS)).hasValue(3);
      count.set(5);
      assertThat(counted(NAME, TAGS)).hasValue(5);
    }
  }

  @Test
  void counter_closed_isGone() {
    Registration counter = telemetry().counter(NAME, TAGS, () -> 3);
    counter.close();

    assertThat(counted(NAME, TAGS)).isEmpty();
    assertThatCode(counter::close).doesNotThrowAnyException();
  }

  @Test
  void counter_tags_tellOneFromTheOther() {
    Tags other = Tags.of("component", "mail");
    try (Registration one = telemetry().counter(NAME, TAGS, () -> 1);
        Registration two = telemetry().counter(NAME, other, () -> 2)) {
      assertThat(counted(NAME, TAGS)).hasValue(1);
      assertThat(counted(NAME, other)).hasValue(2);
    }
  }

  @Test
  void counter_registeredTwice_theNewestOpenOneIsRead() {
    Registration old = telemetry().counter(NAME, TAGS, () -> 1);
    Registration young = telemetry().counter(NAME, TAGS, () -> 2);
    assertThat(counted(NAME, TAGS)).hasValue(2);

    old.close();
    old.close();
    assertThat(counted(NAME, TAGS)).hasValue(2);

    young.close();
    assertThat(counted(NAME, TAGS)).isEmpty();
  }

  @Test
  void counter_registeredAgainAfterClosing_isReadAgain() {
    telemetry().counter(NAME, TAGS, () -> 1).close();
    try (Registration held = telemetry().counter(NAME, TAGS, () -> 2)) {
      assertThat(counted(NAME, TAGS)).hasValue(2);
    }
  }

  @Test
  void gauge_whileOpen_isReadWheneverSomebodyLooks() {
    AtomicLong level = new AtomicLong(7);
    try (Registration held = telemetry().gauge(NAME, TAGS, level::doubleValue)) {
      assertThat(measured(NAME, TAGS)).hasValue(7);
      level.set(-2);
      assertThat(measured(NAME, TAGS)).hasValue(-2);
    }
  }

  @Test
  void gauge_closed_isGone() {
    Registration gauge = telemetry().gauge(NAME, TAGS, () -> 7);
    gauge.close();

    assertThat(measured(NAME, TAGS)).isEmpty();
    assertThatCode(gauge::close).doesNotThrowAnyException();
  }

  @Test
  void gauge_newestClosed_theOlderIsReadAgain() {
    Registration old = telemetry().gauge(NAME, TAGS, () -> 1);
    telemetry().gauge(NAME, TAGS, () -> 2).close();

    assertThat(measured(NAME, TAGS)).hasValue(1);
    old.close();
  }

  @Test
  void latency_enabled_receivesEveryDuration() {
    Latency latency = telemetry().latency(NAME, TAGS);
    assertThat(latency.enabled()).isTrue();
    latency.record(1_000);
    latency.record(0);
    telemetry().latency(NAME, TAGS).record(2_000);

    assertThat(recorded(NAME, TAGS)).isEqualTo(3);
  }

  @Test
  void event_isReportedEachTime() {
    telemetry().event(NAME, TAGS);
    telemetry().event(NAME, TAGS);

    assertThat(happened(NAME, TAGS)).isEqualTo(2);
    assertThat(happened(NAME, Tags.none())).isZero();
  }

  @Test
  void event_ofTheSameNameAsEverythingElse_doesNotThrow() {
    try (Registration counter = telemetry().counter(NAME, TAGS, () -> 1)) {
      assertThatCode(() -> telemetry().event(NAME, TAGS)).doesNotThrowAnyException();
    }
  }

  @Test
  void telemetry_sharedByThreads_losesNothing() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try {
      List<Callable<Void>> tasks = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        tasks.add(() -> {
          telemetry().counter(NAME, TAGS, () -> 1).close();
          telemetry().event(NAME, TAGS);
          telemetry().latency(NAME + ".time", TAGS).record(1);
          return null;
        });
      }
      for (Future<Void> task : threads.invokeAll(tasks)) {
        task.get();
      }
    } finally {
      threads.shutdown();
    }

    assertThat(counted(NAME, TAGS)).isEmpty();
    assertThat(happened(NAME, TAGS)).isEqualTo(200);
    assertThat(recorded(NAME + ".time", TAGS)).isEqualTo(200);
  }
}
