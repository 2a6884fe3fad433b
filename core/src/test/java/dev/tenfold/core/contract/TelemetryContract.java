// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.lang.ref.WeakReference;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link Telemetry} that reports somewhere, as tests. Extend the class, name a
 * telemetry, and read back what arrived where it reports to. Each test gets an instance of its own.
 *
 * <ol>
 *   <li>A counter or gauge is read whenever somebody looks, until its registration is closed, held
 *       or not: telemetry keeps alive what it reads.
 *   <li>A closed counter or gauge is not read any more. Closing twice is harmless.
 *   <li>Of several open ones of the same kind, name and tags the newest is read, and the next older
 *       one when that is closed. Tags are equal in any order.
 *   <li>An enabled latency receives every duration in nanoseconds. Whether it is enabled never
 *       changes.
 *   <li>An event is reported each time, under its own name and tags.
 *   <li>Recording a latency and reporting an event do not throw.
 *   <li>Threads may share a telemetry; nothing is lost. It does not block.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 30 seconds.
 */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class TelemetryContract {
  private static final String NAME = "tenfold.contract.thing";
  private static final Tags TAGS = Tags.of("component", "payments");
  private static final Tags OTHER = Tags.of("component", "mail");
  private static final String GONE = "a closed registration is not reported any more";
  private static final String NEWEST = "of several open registrations the newest is read";
  private static final String READ_AGAIN =
      "when the newest registration is closed the next older one is read again";

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
   * Reads the sum of the durations that arrived.
   *
   * @param name the name of the latency
   * @param tags its tags
   * @return nanoseconds; empty if the telemetry keeps no sum, or none within one percent
   */
  protected abstract OptionalDouble recordedNanos(String name, Tags tags);

  /**
   * Reads how many events arrived.
   *
   * @param name the name of the event
   * @param tags its tags
   * @return the number of events, 0 if there was none
   */
  protected abstract long happened(String name, Tags tags);

  private void assertCounted(String duty, Tags tags, double count) {
    assertThat(counted(NAME, tags)).as(duty).hasValue(count);
  }

  private void assertMeasured(String duty, Tags tags, double value) {
    assertThat(measured(NAME, tags)).as(duty).hasValue(value);
  }

  @Test
  void counter_whileOpen_isReadWheneverSomebodyLooks() {
    AtomicLong count = new AtomicLong(3);
    try (Registration held = telemetry().counter(NAME, TAGS, count::get)) {
      assertCounted("an open counter is reported", TAGS, 3);
      count.set(5);
      assertCounted("a counter is read whenever somebody looks", TAGS, 5);
    }
  }

  @Test
  void counter_closed_isGone() {
    AtomicLong reads = new AtomicLong();
    Registration counter = telemetry().counter(NAME, TAGS, reads::incrementAndGet);
    counter.close();
    long before = reads.get();

    assertThat(counted(NAME, TAGS)).as(GONE).isEmpty();
    assertThat(reads).as("a closed counter is not read any more").hasValue(before);
    assertThatCode(counter::close).as("closing twice is harmless").doesNotThrowAnyException();
  }

  @Test
  void counter_tags_tellOneFromTheOther() {
    String duty = "counters of different tags or names are different counters";
    try (Registration one = telemetry().counter(NAME, TAGS, () -> 1);
        Registration two = telemetry().counter(NAME, OTHER, () -> 2);
        Registration three = telemetry().counter(NAME + ".more", TAGS, () -> 3)) {
      assertCounted(duty, TAGS, 1);
      assertCounted(duty, OTHER, 2);
      assertThat(counted(NAME + ".more", TAGS)).as(duty).hasValue(3);
    }
  }

  @Test
  void counter_registeredTwice_theNewestOpenOneIsRead() {
    Registration old = telemetry().counter(NAME, TAGS, () -> 1);
    Registration young = telemetry().counter(NAME, TAGS, () -> 2);
    assertCounted(NEWEST, TAGS, 2);

    old.close();
    old.close();
    assertCounted("closing an older registration leaves the newest alone", TAGS, 2);

    young.close();
    assertThat(counted(NAME, TAGS)).as(GONE).isEmpty();
  }

  @Test
  void counter_newestClosed_theOlderIsReadAgain() {
    try (Registration oldest = telemetry().counter(NAME, TAGS, () -> 1);
        Registration old = telemetry().counter(NAME, TAGS, () -> 2)) {
      Registration newest = telemetry().counter(NAME, TAGS, () -> 3);
      newest.close();
      newest.close();
      assertCounted(READ_AGAIN, TAGS, 2);
      old.close();
      assertCounted(READ_AGAIN, TAGS, 1);
    }
  }

  @Test
  void counter_registeredAgainAfterClosing_isReadAgain() {
    telemetry().counter(NAME, TAGS, () -> 1).close();
    try (Registration held = telemetry().counter(NAME, TAGS, () -> 2)) {
      assertCounted("a name is free again after closing", TAGS, 2);
    }
  }

  @Test
  void counter_tagsInAnotherOrder_isTheSameCounter() {
    Tags one = Tags.of("component", "payments").and("zone", "a");
    Tags same = Tags.of("zone", "a").and("component", "payments");
    try (Registration old = telemetry().counter(NAME, one, () -> 1);
        Registration young = telemetry().counter(NAME, same, () -> 2)) {
      assertCounted("tags are equal in any order: " + NEWEST, one, 2);
      assertCounted("tags are equal in any order: " + NEWEST, same, 2);
    }
  }

  @Test
  @SuppressWarnings("resource") // nobody holds the registrations: that is the test
  void registrations_heldByNobody_areReadAfterGarbageCollection() {
    telemetry().counter(NAME, TAGS, new AtomicLong(5)::get);
    telemetry().gauge(NAME + ".level", TAGS, new AtomicLong(6)::doubleValue);
    collectGarbage();

    assertCounted("a counter is kept alive until it is closed, held or not", TAGS, 5);
    assertThat(measured(NAME + ".level", TAGS))
        .as("a gauge is kept alive until it is closed, held or not")
        .hasValue(6);
  }

  /** Returns when a garbage collection has cleared a weak reference that was made here. */
  private static void collectGarbage() {
    WeakReference<Object> witness = new WeakReference<>(new Object());
    for (int i = 0; i < 100 && witness.get() != null; i++) {
      System.gc();
    }
    assertThat(witness.get()).as("System.gc() clears weak references in this JVM").isNull();
  }

  @Test
  void gauge_whileOpen_isReadWheneverSomebodyLooks() {
    AtomicLong level = new AtomicLong(7);
    try (Registration held = telemetry().gauge(NAME, TAGS, level::doubleValue);
        Registration other = telemetry().gauge(NAME, OTHER, () -> 0.5)) {
      assertMeasured("an open gauge is reported", TAGS, 7);
      level.set(-2);
      assertMeasured("a gauge is read whenever somebody looks, and may be negative", TAGS, -2);
      assertMeasured("a gauge of other tags is another gauge, and may be a fraction", OTHER, 0.5);
    }
  }

  @Test
  void gauge_closed_isGone() {
    Registration gauge = telemetry().gauge(NAME, TAGS, () -> 7);
    gauge.close();

    assertThat(measured(NAME, TAGS)).as(GONE).isEmpty();
    assertThatCode(gauge::close).as("closing twice is harmless").doesNotThrowAnyException();
  }

  @Test
  void gauge_newestClosed_theOlderIsReadAgain() {
    Registration old = telemetry().gauge(NAME, TAGS, () -> 1);
    Registration newest = telemetry().gauge(NAME, TAGS, () -> 2);
    assertMeasured(NEWEST, TAGS, 2);
    newest.close();

    assertMeasured(READ_AGAIN, TAGS, 1);
    old.close();
    assertThat(measured(NAME, TAGS)).as(GONE).isEmpty();
  }

  @Test
  void latency_enabled_receivesEveryDuration() {
    Latency latency = telemetry().latency(NAME, TAGS);
    assertThat(latency.enabled()).as("a telemetry that reports durations says so").isTrue();
    latency.record(1_000);
    latency.record(0);
    telemetry().latency(NAME, TAGS).record(2_000);
    telemetry().latency(NAME, OTHER).record(1);

    assertThat(latency.enabled()).as("whether a latency is enabled never changes").isTrue();
    assertThat(recorded(NAME, TAGS)).as("an enabled latency receives every duration").isEqualTo(3);
    recordedNanos(NAME, TAGS)
        .ifPresent(nanos ->
            assertThat(nanos)
                .as("a latency keeps durations in nanoseconds")
                .isBetween(2_970.0, 3_030.0));
  }

  @Test
  void record_anyDuration_doesNotThrow() {
    Latency latency = telemetry().latency(NAME, TAGS);

    for (long nanos : new long[] {0, 1, Long.MAX_VALUE}) {
      assertThatCode(() -> latency.record(nanos))
          .as("recording %s ns does not throw", nanos)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void event_isReportedEachTime() {
    telemetry().event(NAME, TAGS);
    telemetry().event(NAME, TAGS);
    telemetry().event(NAME, OTHER);

    assertThat(happened(NAME, TAGS)).as("an event is reported each time").isEqualTo(2);
    assertThat(happened(NAME, OTHER)).as("an event is reported with its tags").isEqualTo(1);
    assertThat(happened(NAME, Tags.none())).as("an event is reported with its tags").isZero();
  }

  @Test
  void event_ofTheSameNameAsEverythingElse_doesNotThrow() {
    try (Registration counter = telemetry().counter(NAME, TAGS, () -> 1)) {
      assertThatCode(() -> telemetry().event(NAME, TAGS))
          .as("reporting an event does not throw, whatever else has its name")
          .doesNotThrowAnyException();
    }
  }

  @Test
  void telemetry_anyCall_doesNotBlock() {
    Latency latency = telemetry().latency(NAME + ".time", TAGS);

    Threads.doesNotWait("reporting an event does not block", () -> telemetry().event(NAME, TAGS));
    Threads.doesNotWait("recording a duration does not block", () -> latency.record(1_000));
    Threads.doesNotWait(
        "registering and closing do not block",
        () -> {
          telemetry().counter(NAME, TAGS, () -> 1).close();
          telemetry().gauge(NAME + ".level", TAGS, () -> 1).close();
        });
  }

  @Test
  void telemetry_sharedByThreads_losesNothing() {
    Latency latency = telemetry().latency(NAME + ".time", TAGS);
    long rounds =
        Threads.together(
            "threads may share a telemetry",
            (thread, round) -> {
              telemetry().event(NAME, TAGS);
              latency.record(1);
              if (round % 50 == 0) {
                telemetry().counter(NAME, TAGS, () -> 1).close();
              }
            });

    assertThat(counted(NAME, TAGS)).as(GONE + ", whichever thread closed it").isEmpty();
    assertThat(happened(NAME, TAGS))
        .as("no event is lost when threads share a telemetry")
        .isEqualTo(rounds);
    assertThat(recorded(NAME + ".time", TAGS))
        .as("no duration is lost when threads share a telemetry")
        .isEqualTo(rounds);
  }
}
