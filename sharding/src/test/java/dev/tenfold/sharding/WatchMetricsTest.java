// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests what a watch reports of failures, and how often. */
class WatchMetricsTest {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();

  private final ManualTimeSource time = new ManualTimeSource();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private TopologyLoader loader = V1::text;
  private TopologyWatch watch;

  private TopologyWatch.Builder builder() {
    return builder(() -> loader.load());
  }

  private TopologyWatch.Builder builder(TopologyLoader from) {
    return TopologyWatch.builder(from)
        .timeSource(time)
        .executor(Runnable::run)
        .telemetry(telemetry);
  }

  @AfterEach
  void close() {
    watch.close();
  }

  private static TopologyLoader failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  @Test
  void poll_refusalsWithChangingMessages_areReportedOnce() {
    watch = builder().build();
    loader = () -> "<html>at " + time.nanoTime() + "</html>";
    time.advance(PERIOD.multipliedBy(3));
    assertThat(watch.refusals()).isEqualTo(3);
    assertThat(telemetry.events())
        .containsExactly("tenfold.sharding.topology.refused topology=orders");
  }

  /** A loader with a name. */
  private record Named(TopologyLoader loader) implements TopologyLoader {
    @Override
    public String load() throws Exception {
      return loader.load();
    }

    @Override
    public String toString() {
      return "consul:orders";
    }
  }

  @Test
  void messages_loaderThatIsNoLambda_nameIt() {
    TopologyWatch.Builder named = builder(new Named(() -> loader.load()));
    loader = failing(new IOException("gone"));
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(named::build)
        .withMessage(
            "consul:orders: there is no topology to begin with: java.io.IOException: gone");
    loader = V2::text;
    watch = named.build();
    String v2 = "topology orders v2 (checksum " + V2.checksum() + ")";
    loader = failing(new IOException("gone"));
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessage("consul:orders: " + v2 + " stays, the load failed: java.io.IOException: gone");
    loader = () -> "nothing";
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageStartingWith("consul:orders: " + v2 + " stays, its source has no topology: ");
    loader = V1::text;
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessage(
            "consul:orders: topology orders v1 (checksum "
                + V1.checksum()
                + ") cannot follow "
                + v2
                + ", which stays: its version goes back");
  }

  @Test
  void messages_lambda_nameNoLoader() {
    watch = builder().build();
    loader = failing(new IOException("gone"));
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageStartingWith("topology orders v1 (checksum ");
  }

  private static IOException unprintable() {
    return new IOException("hidden") {
      @Override
      public String getMessage() {
        throw new IllegalStateException("no message");
      }
    };
  }

  @Test
  void failures_thatCannotBePrinted_areCountedAndRememberedAllTheSame() {
    IOException unprintable = unprintable();
    loader = failing(unprintable);
    assertThatExceptionOfType(TopologyException.class).isThrownBy(() -> builder().build());
    loader = V1::text;
    watch =
        builder()
            .onChange((before, now) -> {
              throw new UncheckedIOException("a listener's", unprintable());
            })
            .build();
    loader = failing(unprintable);
    time.advance(PERIOD);
    assertThat(watch.failures()).isEqualTo(1);
    assertThat(watch.lastFailure())
        .get()
        .satisfies(failure -> {
          assertThat(failure).hasMessageContaining(unprintable.getClass().getName());
          assertThat(failure.getCause()).isSameAs(unprintable);
        });
    assertThatExceptionOfType(TopologyException.class).isThrownBy(watch::refresh);
    assertThat(watch.failures()).isEqualTo(2);

    loader = V2::text;
    assertThat(watch.refresh().version()).isEqualTo(2);
    assertThat(watch.listenerFailures()).isEqualTo(1);
  }
}
