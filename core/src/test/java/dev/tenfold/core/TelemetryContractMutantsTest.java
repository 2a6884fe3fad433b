// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import dev.tenfold.core.contract.TelemetryContract;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Deque;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong telemetries, each of which the contract finds by the duty that it breaks. */
class TelemetryContractMutantsTest {

  /** A sound telemetry in memory, of which each mutant gets one thing wrong. */
  static class MapTelemetry implements Telemetry {
    final Map<String, Deque<DoubleSupplier>> meters = new ConcurrentHashMap<>();
    final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

    Registration open(String name, DoubleSupplier read) {
      DoubleSupplier own = () -> read.getAsDouble();
      meters.computeIfAbsent(name, none -> new ConcurrentLinkedDeque<>()).addFirst(own);
      return () -> meters.get(name).remove(own);
    }

    void add(String name, long amount) {
      counts.computeIfAbsent(name, none -> new LongAdder()).add(amount);
    }

    String id(String name, Tags tags) {
      return name + new java.util.TreeMap<>(tags.asMap());
    }

    @Override
    public Registration counter(String name, Tags tags, LongSupplier read) {
      return open("counter " + id(name, tags), read::getAsLong);
    }

    @Override
    public Registration gauge(String name, Tags tags, DoubleSupplier read) {
      return open("gauge " + id(name, tags), read);
    }

    @Override
    public Latency latency(String name, Tags tags) {
      return new Latency() {
        @Override
        public boolean enabled() {
          return true;
        }

        @Override
        public void record(long nanos) {
          add("latency " + id(name, tags), 1);
          add("nanos " + id(name, tags), nanos);
        }
      };
    }

    @Override
    public void event(String name, Tags tags) {
      add("event " + id(name, tags), 1);
    }
  }

  abstract static class Contract extends TelemetryContract {
    private final MapTelemetry telemetry;

    Contract(MapTelemetry telemetry) {
      this.telemetry = telemetry;
    }

    @Override
    protected Telemetry telemetry() {
      return telemetry;
    }

    private OptionalDouble read(String name) {
      Deque<DoubleSupplier> open = telemetry.meters.get(name);
      DoubleSupplier newest = open == null ? null : open.peekFirst();
      return newest == null ? OptionalDouble.empty() : OptionalDouble.of(newest.getAsDouble());
    }

    private long sum(String name) {
      LongAdder count = telemetry.counts.get(name);
      return count == null ? 0 : count.sum();
    }

    @Override
    protected OptionalDouble counted(String name, Tags tags) {
      return read("counter " + telemetry.id(name, tags));
    }

    @Override
    protected OptionalDouble measured(String name, Tags tags) {
      return read("gauge " + telemetry.id(name, tags));
    }

    @Override
    protected long recorded(String name, Tags tags) {
      return sum("latency " + telemetry.id(name, tags));
    }

    @Override
    protected OptionalDouble recordedNanos(String name, Tags tags) {
      return OptionalDouble.of(sum("nanos " + telemetry.id(name, tags)));
    }

    @Override
    protected long happened(String name, Tags tags) {
      return sum("event " + telemetry.id(name, tags));
    }
  }

  @Nested
  class Sound extends Contract {
    Sound() {
      super(new MapTelemetry());
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(TelemetryContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongTelemetry_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "registrations_heldByNobody_areReadAfterGarbageCollection",
      duty = "a counter is kept alive until it is closed, held or not")
  static class WeakCounters extends Contract {
    WeakCounters() {
      super(
          new MapTelemetry() {
            @Override
            public Registration counter(String name, Tags tags, LongSupplier read) {
              WeakReference<LongSupplier> weak = new WeakReference<>(read);
              return open(
                  "counter " + id(name, tags),
                  () -> weak.get() == null ? Double.NaN : weak.get().getAsLong());
            }
          });
    }
  }

  @Breaks(
      test = "registrations_heldByNobody_areReadAfterGarbageCollection",
      duty = "a gauge is kept alive until it is closed, held or not")
  static class WeakGauges extends Contract {
    WeakGauges() {
      super(
          new MapTelemetry() {
            @Override
            public Registration gauge(String name, Tags tags, DoubleSupplier read) {
              WeakReference<DoubleSupplier> weak = new WeakReference<>(read);
              return open(
                  "gauge " + id(name, tags),
                  () -> weak.get() == null ? Double.NaN : weak.get().getAsDouble());
            }
          });
    }
  }

  @Breaks(
      test = "counter_whileOpen_isReadWheneverSomebodyLooks",
      duty = "a counter is read whenever somebody looks")
  static class ReadsOnce extends Contract {
    ReadsOnce() {
      super(
          new MapTelemetry() {
            @Override
            Registration open(String name, DoubleSupplier read) {
              double first = read.getAsDouble();
              return super.open(name, () -> first);
            }
          });
    }
  }

  @Breaks(test = "counter_closed_isGone", duty = "a closed registration is not reported any more")
  static class NeverCloses extends Contract {
    NeverCloses() {
      super(
          new MapTelemetry() {
            @Override
            Registration open(String name, DoubleSupplier read) {
              super.open(name, read);
              return () -> {};
            }
          });
    }
  }

  @Breaks(
      test = "counter_registeredTwice_theNewestOpenOneIsRead",
      duty = "closing an older registration leaves the newest alone")
  static class ClosesByName extends Contract {
    ClosesByName() {
      super(
          new MapTelemetry() {
            @Override
            Registration open(String name, DoubleSupplier read) {
              super.open(name, read);
              return () -> meters.get(name).pollFirst();
            }
          });
    }
  }

  @Breaks(
      test = "counter_registeredTwice_theNewestOpenOneIsRead",
      duty = "of several open registrations the newest is read")
  static class OldestWins extends Contract {
    OldestWins() {
      super(
          new MapTelemetry() {
            @Override
            Registration open(String name, DoubleSupplier read) {
              DoubleSupplier own = () -> read.getAsDouble();
              meters.computeIfAbsent(name, none -> new ConcurrentLinkedDeque<>()).addLast(own);
              return () -> meters.get(name).remove(own);
            }
          });
    }
  }

  @Breaks(
      test = "counter_newestClosed_theOlderIsReadAgain",
      duty = "when the newest registration is closed the next older one is read again")
  static class OnePlacePerName extends Contract {
    OnePlacePerName() {
      super(
          new MapTelemetry() {
            @Override
            Registration open(String name, DoubleSupplier read) {
              meters.remove(name);
              return super.open(name, read);
            }
          });
    }
  }

  @Breaks(
      test = "counter_tags_tellOneFromTheOther",
      duty = "counters of different tags or names are different counters")
  static class WithoutTags extends Contract {
    WithoutTags() {
      super(
          new MapTelemetry() {
            @Override
            String id(String name, Tags tags) {
              return name;
            }
          });
    }
  }

  @Breaks(
      test = "counter_tagsInAnotherOrder_isTheSameCounter",
      duty = "tags are equal in any order")
  static class TagsByText extends Contract {
    TagsByText() {
      super(
          new MapTelemetry() {
            @Override
            String id(String name, Tags tags) {
              return name + tags;
            }
          });
    }
  }

  @Breaks(
      test = "gauge_whileOpen_isReadWheneverSomebodyLooks",
      duty = "a gauge of other tags is another gauge, and may be a fraction")
  static class WholeGauges extends Contract {
    WholeGauges() {
      super(
          new MapTelemetry() {
            @Override
            public Registration gauge(String name, Tags tags, DoubleSupplier read) {
              return super.gauge(name, tags, () -> (long) read.getAsDouble());
            }
          });
    }
  }

  @Breaks(
      test = "latency_enabled_receivesEveryDuration",
      duty = "a latency keeps durations in nanoseconds")
  static class Microseconds extends Contract {
    Microseconds() {
      super(
          new MapTelemetry() {
            @Override
            void add(String name, long amount) {
              super.add(name, name.startsWith("nanos") ? amount / 1_000 : amount);
            }
          });
    }
  }

  @Breaks(
      test = "latency_enabled_receivesEveryDuration",
      duty = "an enabled latency receives every duration")
  static class IgnoresZero extends Contract {
    IgnoresZero() {
      super(
          new MapTelemetry() {
            @Override
            public Latency latency(String name, Tags tags) {
              Latency all = super.latency(name, tags);
              return new Latency() {
                @Override
                public boolean enabled() {
                  return true;
                }

                @Override
                public void record(long nanos) {
                  if (nanos > 0) {
                    all.record(nanos);
                  }
                }
              };
            }
          });
    }
  }

  @Breaks(test = "event_isReportedEachTime", duty = "an event is reported each time")
  static class OnceOnly extends Contract {
    OnceOnly() {
      super(
          new MapTelemetry() {
            @Override
            public void event(String name, Tags tags) {
              counts.computeIfAbsent("event " + id(name, tags), none -> new LongAdder()).reset();
              super.event(name, tags);
            }
          });
    }
  }

  @Breaks(test = "telemetry_anyCall_doesNotBlock", duty = "reporting an event does not block")
  static class SlowEvents extends Contract {
    SlowEvents() {
      super(
          new MapTelemetry() {
            @Override
            public void event(String name, Tags tags) {
              super.event(name, tags);
              try {
                TimeSource.system().sleep(Duration.ofMillis(2).toNanos());
              } catch (InterruptedException interrupt) {
                Thread.currentThread().interrupt();
              }
            }
          });
    }
  }

  /** Missed in none of 200 runs on two busy cores. */
  @Breaks(
      test = "telemetry_sharedByThreads_losesNothing",
      duty = "no event is lost when threads share a telemetry")
  static class RacyCounts extends Contract {
    RacyCounts() {
      super(
          new MapTelemetry() {
            private final Map<String, Long> plain = new ConcurrentHashMap<>();

            @Override
            void add(String name, long amount) {
              plain.put(name, plain.getOrDefault(name, 0L) + amount);
              LongAdder copy = new LongAdder();
              copy.add(plain.get(name));
              counts.put(name, copy);
            }
          });
    }
  }
}
