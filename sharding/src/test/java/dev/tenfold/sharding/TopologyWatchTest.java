// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.testing.RecordingTelemetry;
import dev.tenfold.sharding.contract.TopologySourceContract;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TopologyWatchTest extends TopologySourceContract {
  private static final Duration PERIOD = Duration.ofSeconds(5);
  private static final Topology V1 = Topology.builder("orders").slots(64).shard("a", 1).build();
  private static final Topology V2 = V1.evolve().add("b", 1).build();
  private static final Topology V3 = V2.evolve().add("c", 1).build();
  private static final Topology OTHER_V2 = V1.evolve().add("z", 1).build();

  private final ManualTimeSource time = new ManualTimeSource();
  private final RecordingTelemetry telemetry = new RecordingTelemetry();
  private final List<String> changes = new ArrayList<>();
  private TopologyLoader loader = V1::text;
  private int loads;
  private TopologyWatch watch;

  private TopologyWatch.Builder builder() {
    return TopologyWatch.builder(
            () -> {
              loads++;
              return loader.load();
            })
        .timeSource(time)
        .executor(Runnable::run)
        .telemetry(telemetry);
  }

  private TopologyWatch watch() {
    watch =
        builder()
            .onChange((before, now) -> {
              assertThat(watch.current()).isSameAs(now);
              changes.add(before.version() + " -> " + now.version());
            })
            .build();
    return watch;
  }

  @Override
  protected TopologySource source(Topology first) {
    loader = first::text;
    return watch();
  }

  @Override
  protected void offer(Topology topology) {
    loader = topology::text;
    time.advance(PERIOD);
  }

  @AfterEach
  void watch_closed_leavesNoTimerAndNoMeter() {
    if (watch != null) {
      watch.close();
      watch.close();
      assertThat(time.pending()).isZero();
      assertThat(telemetry.open()).isEmpty();
    }
  }

  @Test
  void build_loaderThrows_throwsAndStartsNothing() {
    loader =
        () -> {
          throw new IOException("no such file");
        };
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(this::watch)
        .withMessageContaining("no such file")
        .withCauseInstanceOf(IOException.class);
    assertThat(time.pending()).isZero();
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void build_textIsNoTopology_throwsAndStartsNothing() {
    loader = () -> "orders: a b c";
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(this::watch)
        .withMessageContaining("orders: a b c");
    assertThat(time.pending()).isZero();
    assertThat(telemetry.open()).isEmpty();
  }

  @Test
  void build_loaderInterrupted_throwsAndSetsTheFlag() {
    loader =
        () -> {
          throw new InterruptedException();
        };
    assertThatExceptionOfType(TopologyException.class).isThrownBy(this::watch);
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void build_telemetryRefusesAName_throwsAndLeavesNothing() {
    telemetry.refuse("tenfold.sharding.topology.refusals");
    assertThatIllegalArgumentException().isThrownBy(this::watch);
    assertThat(time.pending()).isZero();
    assertThat(telemetry.open()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"PT0S", "PT-1S", "PT0.000999S", "PT24H0.000000001S"})
  void every_outOfRange_isRefused(String period) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder().every(Duration.parse(period)))
        .withMessageStartingWith("every of TopologyWatch is " + period)
        .withMessageContaining(Duration.parse(period).toString())
        .withMessageContaining("PT24H");
  }

  @Test
  void poll_newerVersion_isPublishedAfterThePeriodAndTold() {
    watch();
    loader = V2::text;
    time.advance(PERIOD.minusNanos(1));
    assertThat(watch.current().version()).isEqualTo(1);

    time.advance(Duration.ofNanos(1));
    assertThat(watch.current().checksum()).isEqualTo(V2.checksum());
    assertThat(changes).containsExactly("1 -> 2");
    assertThat(telemetry.events())
        .containsExactly("tenfold.sharding.topology.changed topology=orders");
    assertThat(loads).isEqualTo(2);
  }

  @Test
  void poll_sameText_keepsTheVeryTopologyAndConfirmsIt() {
    watch();
    Topology first = watch.current();
    time.advance(PERIOD.multipliedBy(3));
    assertThat(watch.current()).isSameAs(first);
    assertThat(loads).isEqualTo(4);
    assertThat(watch.age()).isZero();
    assertThat(changes).isEmpty();
    assertThat(telemetry.events()).isEmpty();
  }

  static Stream<Arguments> refused() {
    String text = V3.text();
    Topology users = Topology.builder("users").slots(64).shard("a", 1).build();
    Topology small = Topology.builder("orders").slots(32).shard("a", 1).build();
    String edited = text.replace("weight 1", "weight 2");
    return Stream.of(
        Arguments.of(
            "goes back", V1.text(), List.of("v1", V1.checksum(), "which stays", "goes back")),
        Arguments.of(
            "evolved at once",
            OTHER_V2.text(),
            List.of(OTHER_V2.checksum(), "at once, or one was built anew")),
        Arguments.of("another name", users.text(), List.of("users", "its name is another one")),
        Arguments.of("other slots", small.text(), List.of("32 slots, not 64")),
        Arguments.of("empty", "", List.of("begins with")),
        Arguments.of("truncated", text.substring(0, text.length() - 1), List.of("truncated")),
        Arguments.of("half", text.substring(0, text.length() / 2), List.of("truncated")),
        Arguments.of("edited", edited, List.of("edited")),
        Arguments.of(
            "line feeds of Windows", text.replace("\n", "\r\n"), List.of("carriage return")),
        Arguments.of("twice", text + text, List.of("topology text")),
        Arguments.of("something else", "<html>502 Bad Gateway</html>", List.of("502")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void poll_badText_isRefusedAndTheLastGoodStays(
      String name, String text, List<String> messageParts) {
    loader = V2::text;
    watch();
    loader = () -> text;
    time.advance(PERIOD.multipliedBy(3));

    assertThat(watch.current().checksum()).as(name).isEqualTo(V2.checksum());
    assertThat(watch.refusals()).isEqualTo(3);
    assertThat(watch.failures()).isZero();
    assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(3));
    assertThat(watch.lastFailure())
        .get()
        .satisfies(failure ->
            assertThat(failure)
                .isInstanceOf(TopologyException.class)
                .message()
                .contains(messageParts)
                .contains("orders v2 (checksum " + V2.checksum() + ")"));
    assertThat(telemetry.events())
        .containsExactly("tenfold.sharding.topology.refused topology=orders");

    loader = V3::text;
    time.advance(PERIOD);
    assertThat(watch.current().checksum()).isEqualTo(V3.checksum());
    assertThat(watch.lastFailure()).isEmpty();
    assertThat(watch.age()).isZero();
    assertThat(telemetry.events().subList(1, 3))
        .containsExactly(
            "tenfold.sharding.topology.changed topology=orders",
            "tenfold.sharding.topology.recovered topology=orders");
  }

  static Stream<Throwable> failures() {
    return Stream.of(
        new IOException("unreachable"),
        new IllegalStateException("broken"),
        new NoClassDefFoundError("missing"),
        new InterruptedException("stopped"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void poll_loaderThrows_lastGoodStaysAndThePollsGoOn(Throwable failure) {
    watch();
    loader =
        () -> {
          if (failure instanceof Error error) {
            throw error;
          }
          throw (Exception) failure;
        };
    time.advance(PERIOD);
    assertThat(Thread.interrupted()).isEqualTo(failure instanceof InterruptedException);
    time.advance(PERIOD);
    Thread.interrupted();

    assertThat(watch.current().version()).isEqualTo(1);
    assertThat(watch.failures()).isEqualTo(2);
    assertThat(watch.refusals()).isZero();
    assertThat(watch.age()).isEqualTo(PERIOD.multipliedBy(2));
    assertThat(watch.lastFailure())
        .get()
        .satisfies(remembered -> {
          assertThat(remembered).hasMessageContaining(failure.getMessage());
          assertThat(remembered).hasMessageContaining(V1.checksum()).hasCause(failure);
        });
    assertThat(telemetry.events())
        .containsExactly("tenfold.sharding.topology.failed topology=orders");

    loader = V2::text;
    time.advance(PERIOD);
    assertThat(watch.current().version()).isEqualTo(2);
    assertThat(watch.lastFailure()).isEmpty();
  }

  @Test
  void poll_loaderAnswersNull_isAFailure() {
    watch();
    loader = () -> null;
    time.advance(PERIOD);
    assertThat(watch.failures()).isEqualTo(1);
    assertThat(watch.lastFailure()).get().asString().contains("the loader returned null");
  }

  @Test
  void poll_failuresOfAnotherKind_areReportedAgain() {
    watch();
    List<TopologyLoader> sources =
        List.of(
            failing(new IOException("at 10:00")),
            failing(new IOException("at 10:05")),
            failing(new IllegalStateException("at 10:10")),
            () -> "no topology",
            V1::text,
            failing(new IOException("at 10:25")));
    for (TopologyLoader source : sources) {
      loader = source;
      time.advance(PERIOD);
    }
    assertThat(telemetry.events().stream().map(event -> event.split(" ")[0]))
        .containsExactly(
            "tenfold.sharding.topology.failed",
            "tenfold.sharding.topology.failed",
            "tenfold.sharding.topology.refused",
            "tenfold.sharding.topology.recovered",
            "tenfold.sharding.topology.failed");
    assertThat(watch.failures()).isEqualTo(4);
    assertThat(watch.refusals()).isEqualTo(1);
  }

  /** A version that was built anew moves more than needed, but is already published. */
  @Test
  void poll_nextVersionThatWasNotEvolved_isFollowed() {
    loader = V2::text;
    watch();
    Topology dealAll =
        Topology.builder("orders").slots(64).shard("b", 1).shard("a", 1).shard("c", 1).build();
    Topology swapped = dealAll.evolve().reweight("c", 2).build().evolve().reweight("c", 1).build();
    assertThat(swapped.version()).isEqualTo(3);
    offer(swapped);
    assertThat(watch.current().checksum()).isEqualTo(swapped.checksum());
  }

  private static TopologyLoader failing(Exception failure) {
    return () -> {
      throw failure;
    };
  }

  @Test
  void age_loadTakesTime_countsFromItsBeginning() {
    List<Runnable> tasks = new ArrayList<>();
    watch = builder().executor(tasks::add).build();
    loader =
        () -> {
          time.advance(Duration.ofSeconds(2));
          return V2.text();
        };
    time.advance(PERIOD);
    tasks.remove(0).run();
    assertThat(watch.age()).isEqualTo(Duration.ofSeconds(2));
    assertThat(telemetry.latencies("tenfold.sharding.topology.load topology=orders"))
        .containsExactly(Duration.ofSeconds(2).toNanos());
  }

  @Test
  void onChange_listenerThrows_isCountedAndTheTopologyHolds() {
    watch =
        builder()
            .onChange((before, now) -> {
              throw new AssertionError("a listener's");
            })
            .build();
    offer(V2);
    offer(V3);
    assertThat(watch.current().version()).isEqualTo(3);
    assertThat(watch.listenerFailures()).isEqualTo(2);
    assertThat(watch.lastFailure()).isEmpty();
    assertThat(telemetry.events().stream().filter(event -> event.contains("listener")))
        .containsExactly("tenfold.sharding.topology.listener.failed topology=orders");
  }

  @Test
  void telemetry_afterAllKinds_readsThem() {
    watch();
    offer(V2);
    offer(V1);
    loader = failing(new IOException("gone"));
    time.advance(PERIOD);

    assertThat(read("version")).isEqualTo(2);
    assertThat(read("age.seconds")).isEqualTo(10);
    assertThat(read("loads")).isEqualTo(3);
    assertThat(read("failures")).isEqualTo(1);
    assertThat(read("refusals")).isEqualTo(1);
    assertThat(read("listener.failures")).isZero();
  }

  private double read(String name) {
    return telemetry.read("tenfold.sharding.topology." + name + " topology=orders");
  }

  @Test
  void refresh_newerVersion_isPublishedNow() {
    watch();
    loader = V2::text;
    assertThat(watch.refresh().checksum()).isEqualTo(V2.checksum());
    assertThat(changes).containsExactly("1 -> 2");
  }

  @Test
  void refresh_failedOrRefused_throwsWhatIsRemembered() {
    watch();
    IOException gone = new IOException("gone");
    loader = failing(gone);
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageContaining("gone")
        .withCause(gone);
    loader = () -> "nothing";
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageContaining("nothing");
    loader =
        () -> {
          throw new StackOverflowError();
        };
    assertThatExceptionOfType(StackOverflowError.class).isThrownBy(watch::refresh);
    assertThat(watch.failures()).isEqualTo(2);
    assertThat(watch.refusals()).isEqualTo(1);
    assertThat(watch.current().version()).isEqualTo(1);
  }

  @Test
  void refresh_fromLoaderOrListener_isRefused() {
    List<Throwable> thrown = new ArrayList<>();
    watch =
        builder()
            .onChange((before, now) -> {
              try {
                watch.refresh();
              } catch (IllegalStateException refused) {
                thrown.add(refused);
              }
            })
            .build();
    offer(V2);
    assertThat(thrown).singleElement().asString().contains("by its own");

    loader = () -> watch.refresh().text();
    assertThatExceptionOfType(TopologyException.class)
        .isThrownBy(watch::refresh)
        .withMessageContaining("by its own");
  }

  @Test
  void refresh_closed_isRefused() {
    watch();
    watch.close();
    assertThatIllegalStateException().isThrownBy(watch::refresh).withMessageContaining("closed");
    assertThat(loads).isEqualTo(1);
  }

  @Test
  void close_whilePolling_currentGoesOnToAnswer() {
    watch();
    watch.close();
    offer(V2);
    assertThat(watch.current().version()).isEqualTo(1);
    assertThat(loads).isEqualTo(1);
  }

  @Test
  void close_duringALoad_dropsWhatItBringsAndSchedulesNothing() {
    watch();
    loader =
        () -> {
          watch.close();
          return V2.text();
        };
    time.advance(PERIOD);
    assertThat(watch.current().version()).isEqualTo(1);
    assertThat(changes).isEmpty();
    assertThat(time.pending()).isZero();
  }

  @Test
  void close_pollHandedOverBefore_loadsNothing() {
    List<Runnable> tasks = new ArrayList<>();
    watch = builder().executor(tasks::add).build();
    time.advance(PERIOD);
    watch.close();
    tasks.get(0).run();
    assertThat(loads).isEqualTo(1);
    assertThat(time.pending()).isZero();
  }
}
