// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.jfr;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.Latency;
import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JfrTelemetryTest {
  private final List<String> seen = new ArrayList<>();
  private final Telemetry telemetry = JfrTelemetry.of(new Recorder());

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
    assertThat(seen).containsExactly("event tenfold.test.opened");
  }

  @Test
  void event_withoutRecording_isPassedOn() {
    telemetry.event("tenfold.test.opened", Tags.none());

    assertThat(seen).containsExactly("event tenfold.test.opened");
  }

  @Test
  void everythingElse_goesToTheWrappedTelemetry() {
    telemetry.counter("c", Tags.none(), () -> 1).close();
    telemetry.gauge("g", Tags.none(), () -> 1).close();
    telemetry.latency("l", Tags.none()).record(1);

    assertThat(seen).containsExactly("counter c", "gauge g", "latency l");
  }

  private final class Recorder implements Telemetry {
    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      seen.add("counter " + name);
      return Telemetry.none().counter(name, tags, read);
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      seen.add("gauge " + name);
      return Telemetry.none().gauge(name, tags, read);
    }

    @Override
    public Latency latency(String name, Tags tags) {
      seen.add("latency " + name);
      return Telemetry.none().latency(name, tags);
    }

    @Override
    public void event(String name, Tags tags) {
      seen.add("event " + name);
    }
  }
}
