// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.contract.TelemetryContract;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class RecordingTelemetryTest extends TelemetryContract {
  private static final Tags POOL = Tags.of("name", "pool");
  private final RecordingTelemetry telemetry = new RecordingTelemetry();

  @Override
  protected Telemetry telemetry() {
    return telemetry;
  }

  @Override
  protected OptionalDouble counted(String name, Tags tags) {
    String id = id(name, tags);
    return telemetry.open().contains(id)
        ? OptionalDouble.of(telemetry.read(id))
        : OptionalDouble.empty();
  }

  @Override
  protected OptionalDouble measured(String name, Tags tags) {
    return counted(name, tags);
  }

  @Override
  protected long recorded(String name, Tags tags) {
    return telemetry.latencies(id(name, tags)).size();
  }

  @Override
  protected OptionalDouble recordedNanos(String name, Tags tags) {
    return OptionalDouble.of(
        telemetry.latencies(id(name, tags)).stream().mapToDouble(Long::doubleValue).sum());
  }

  @Override
  protected long happened(String name, Tags tags) {
    return telemetry.events().stream().filter(id(name, tags)::equals).count();
  }

  /** An event's id is as good as any. */
  private static String id(String name, Tags tags) {
    var other = new RecordingTelemetry();
    other.event(name, tags);
    return other.events().get(0);
  }

  @Test
  void read_nothingOfThatId_failsAndListsWhatIsOpen() {
    telemetry.counter("calls", POOL, () -> 1);
    telemetry.gauge("age", Tags.none(), () -> 1);

    assertThatThrownBy(() -> telemetry.read("calls name=pond"))
        .isInstanceOf(AssertionError.class)
        .hasMessage("\"calls name=pond\" is not open; open are [calls name=pool, age]");
  }

  @Test
  void open_oneIdTwice_isListedTwiceUntilClosed() {
    Registration first = telemetry.counter("calls", POOL, () -> 1);
    Registration second = telemetry.gauge("calls", POOL, () -> 2);
    assertThat(telemetry.open()).containsExactly("calls name=pool", "calls name=pool");

    second.close();
    second.close();
    assertThat(telemetry.open()).containsExactly("calls name=pool");
    first.close();
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void refuse_name_isThrownAtWhoeverRegistersIt() {
    telemetry.refuse("calls");

    assertThatIllegalArgumentException()
        .isThrownBy(() -> telemetry.counter("calls", POOL, () -> 1))
        .withMessageContaining("calls");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> telemetry.gauge("calls", Tags.none(), () -> 1));
    telemetry.counter("call", POOL, () -> 1);
    assertThat(telemetry.open()).containsExactly("call name=pool");
  }

  @Test
  void events_keepTheirOrderAndTags() {
    telemetry.event("opened", POOL.and("cause", "rate"));
    telemetry.event("closed", Tags.none());

    assertThat(telemetry.events()).containsExactly("opened cause=rate,name=pool", "closed");
  }

  @Test
  void latencies_keepTheirOrderPerId() {
    Latency latency = telemetry.latency("call", POOL);
    latency.record(5);
    latency.record(0);

    assertThat(telemetry.latencies("call name=pool")).containsExactly(5L, 0L);
    assertThat(telemetry.latencies("call")).isEmpty();
  }
}
