// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.sharding.contract.TopologyLoaderContract;
import dev.tenfold.sharding.contract.TopologySourceContract;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong sources and loaders, each of which the contract finds by the duty that it breaks. */
class TopologyContractMutantsTest {

  /** A sound source, of which each mutant gets one thing wrong. */
  static class Source implements TopologySource {
    volatile Topology topology;

    Source(Topology first) {
      topology = first;
    }

    void offer(Topology next) {
      boolean same = next.name().equals(topology.name()) && next.slots() == topology.slots();
      if (same && next.version() > topology.version()) {
        topology = next;
      }
    }

    @Override
    public Topology current() {
      return topology;
    }
  }

  abstract static class SourceContract extends TopologySourceContract {
    private Source source;

    abstract Source make(Topology first);

    @Override
    protected TopologySource source(Topology first) {
      source = make(first);
      return source;
    }

    @Override
    protected void offer(Topology topology) {
      source.offer(topology);
    }
  }

  /** A sound loader, of which each mutant gets one thing wrong. */
  static class Loader implements TopologyLoader {
    volatile String text;

    @Override
    public String load() {
      if (text == null) {
        throw new NoSuchElementException("no topology is published");
      }
      return text;
    }
  }

  abstract static class LoaderContract extends TopologyLoaderContract {
    private final Loader loader;

    LoaderContract(Loader loader) {
      this.loader = loader;
    }

    @Override
    protected TopologyLoader loader() {
      return loader;
    }

    @Override
    protected void publish(Topology topology) {
      loader.text = topology.text();
    }

    @Override
    protected void takeAway() {
      loader.text = null;
    }
  }

  @Nested
  class SoundSource extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first);
    }
  }

  @Nested
  class SoundLoader extends LoaderContract {
    SoundLoader() {
      super(new Loader());
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(TopologyContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongSourceOrLoader_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "current_olderOffered_staysTheNewer",
      duty = "a source never goes back to an older version")
  static class TakesAll extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          topology = next;
        }
      };
    }
  }

  @Breaks(
      test = "current_anotherOfTheSameVersionOffered_staysTheFirst",
      duty = "a source keeps the first of two topologies of one version")
  static class LatestOfAVersion extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          if (next.version() >= topology.version()) {
            topology = next;
          }
        }
      };
    }
  }

  @Breaks(
      test = "current_anotherNameOrNumberOfSlotsOffered_staysTheFirst",
      duty = "a source keeps to one name")
  static class AnyName extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          if (next.version() > topology.version()) {
            topology = next;
          }
        }
      };
    }
  }

  @Breaks(
      test = "current_anotherNameOrNumberOfSlotsOffered_staysTheFirst",
      duty = "a source keeps to one number of slots")
  static class AnyNumberOfSlots extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          if (next.name().equals(topology.name()) && next.version() > topology.version()) {
            topology = next;
          }
        }
      };
    }
  }

  @Breaks(
      test = "current_versionsLeftOut_isTheNewest",
      duty = "a source follows a newer version, also if versions were left out")
  static class OneByOne extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          if (next.version() == topology.version() + 1) {
            super.offer(next);
          }
        }
      };
    }
  }

  @Breaks(
      test = "current_nothingOffered_isTheFirst",
      duty = "a source returns the same object until the next topology")
  static class ParsesEachTime extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        public Topology current() {
          return Topology.parse(topology.text());
        }
      };
    }
  }

  @Breaks(
      test = "current_anyTime_doesNotBlockNorAllocate",
      duty = "reading the topology does not block")
  static class LoadsInCurrent extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        public Topology current() {
          try {
            TimeSource.system().sleep(1_000);
          } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
          }
          return topology;
        }
      };
    }
  }

  @Breaks(
      test = "current_anyTime_doesNotBlockNorAllocate",
      duty = "reading the topology does not allocate")
  static class CountsReads extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        volatile Object last;

        @Override
        public Topology current() {
          last = new long[] {1};
          return topology;
        }
      };
    }
  }

  /** Swaps the topology through null, so that a reader may see none. */
  @Breaks(
      test = "current_tenThousandSwaps_readersSeeWholeVersionsThatNeverGoBack",
      duty = "readers see whole versions that never go back")
  static class NullInBetween extends SourceContract {
    @Override
    Source make(Topology first) {
      return new Source(first) {
        @Override
        void offer(Topology next) {
          Topology before = topology;
          topology = null;
          topology = next.version() > before.version() ? next : before;
        }
      };
    }
  }

  @Breaks(test = "load_publishedAgain_isTheNewText", duty = "a loader keeps no copy")
  static class KeepsACopy extends LoaderContract {
    KeepsACopy() {
      super(
          new Loader() {
            private String copy;

            @Override
            public String load() {
              copy = copy == null ? super.load() : copy;
              return copy;
            }
          });
    }
  }

  @Breaks(
      test = "load_takenAway_throws",
      duty = "a load throws if there is no text: neither null nor an older text")
  static class LastGood extends LoaderContract {
    LastGood() {
      super(
          new Loader() {
            private String lastGood;

            @Override
            public String load() {
              lastGood = text == null ? lastGood : super.load();
              return lastGood;
            }
          });
    }
  }

  @Breaks(test = "load_nothingPublished_throws", duty = "a load throws if there is no text yet")
  static class NullIfAbsent extends LoaderContract {
    NullIfAbsent() {
      super(
          new Loader() {
            @Override
            public String load() {
              return text;
            }
          });
    }
  }

  @Breaks(
      test = "load_published_isTheCanonicalText",
      duty = "a load returns the canonical text that is in force now")
  static class Trims extends LoaderContract {
    Trims() {
      super(
          new Loader() {
            @Override
            public String load() {
              return super.load().strip();
            }
          });
    }
  }

  @Breaks(
      test = "load_onAnotherThread_isTheSameText",
      duty = "a load returns the canonical text that is in force now, on whatever thread")
  static class PerThread extends LoaderContract {
    PerThread() {
      super(
          new Loader() {
            private final ThreadLocal<String> session = new ThreadLocal<>();
            private boolean begun;

            @Override
            public String load() {
              if (!begun) {
                begun = true;
                session.set(super.load());
              }
              return String.valueOf(session.get());
            }
          });
    }
  }
}
