// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrTelemetryTest {
  private final RecordingTelemetry wrapped = new RecordingTelemetry();
  private final Telemetry telemetry = JfrTelemetry.of(wrapped);

  @Test
  void event_whileRecording_isInTheRecordingAndPassedOn(@TempDir Path dir) throws Exception {
    Path file = dir.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      recording.enable(JfrTelemetry.EVENT);
      recording.start();
      telemetry.event("tenfold.test.opened", Tags.of("breaker", "payments"));
      recording.stop();
      recording.dump(file);
    }

    List<RecordedEvent> events = RecordingFile.readAllEvents(file);
    assertThat(events).hasSize(1);
    RecordedEvent event = events.get(0);
    assertThat(event.getEventType().getName()).isEqualTo("dev.tenfold.StateChange");
    assertThat(event.getString("event")).isEqualTo("tenfold.test.opened");
    assertThat(event.getString("tags")).isEqualTo("breaker=payments");
    assertThat(event.getStackTrace()).isNull();
    assertThat(wrapped.events()).containsExactly("tenfold.test.opened breaker=payments");
  }

  @Test
  void event_withoutRecording_isPassedOn() {
    telemetry.event("tenfold.test.opened", Tags.none());

    assertThat(wrapped.events()).containsExactly("tenfold.test.opened");
  }

  @Test
  void everythingElse_goesToTheWrappedTelemetry() {
    Registration counter = telemetry.counter("c", Tags.none(), () -> 1);
    Registration gauge = telemetry.gauge("g", Tags.none(), () -> 2);
    telemetry.latency("l", Tags.none()).record(3);

    assertThat(wrapped.read("c")).isEqualTo(1);
    assertThat(wrapped.read("g")).isEqualTo(2);
    assertThat(wrapped.latencies("l")).containsExactly(3L);
    counter.close();
    gauge.close();
    assertThat(wrapped.open()).isEmpty();
  }
}
