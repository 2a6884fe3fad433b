// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong stores, each of which the contract finds by the duty that it breaks. */
class RemoteStoreContractMutantsTest {

  @Nested
  class Sound extends SoundStore.Contract {
    Sound() {
      super(new SoundStore());
    }
  }

  /** Returns a store over the same values. */
  private static RemoteStore another(SoundStore store) {
    return new SoundStore() {
      {
        values = store.values;
      }
    };
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(RemoteStoreContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongStore_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(test = "store_sharedByThreads_losesNothing", duty = "share a store")
  static class PlainHashMap extends SoundStore.Contract {
    PlainHashMap() {
      super(
          new SoundStore() {
            {
              values = new HashMap<>();
            }
          });
    }
  }

  @Breaks(test = "store_sharedByThreads_losesNothing", duty = "share a store")
  static class SharedScratch extends SoundStore.Contract {
    SharedScratch() {
      super(
          new SoundStore() {
            private final byte[] scratch = new byte[64];

            @Override
            Object name(byte[] key) {
              for (int i = 0; i < key.length; i++) {
                scratch[i % 64] = key[i];
              }
              return ByteBuffer.wrap(Arrays.copyOf(scratch, Math.min(key.length, 64)));
            }
          });
    }
  }

  @Breaks(test = "get_ttlOver_null", duty = "a value is gone when its ttl is over")
  static class WithoutExpiry extends SoundStore.Contract {
    WithoutExpiry() {
      super(
          new SoundStore() {
            @Override
            SoundStore.Stored stored(RemoteEntry entry) {
              return new SoundStore.Stored(entry.value().clone(), Long.MAX_VALUE);
            }
          });
    }
  }

  @Breaks(test = "get_ttlOver_null", duty = "a value is gone when its ttl is over, for getAll too")
  static class GetAllWithoutExpiry extends SoundStore.Contract {
    GetAllWithoutExpiry() {
      super(
          new SoundStore() {
            @Override
            public List<byte @Nullable []> getAll(List<byte[]> keys) {
              List<byte[]> found = new ArrayList<>();
              keys.forEach(key -> found.add(values.get(name(key)).value().clone()));
              return found;
            }
          });
    }
  }

  @Breaks(test = "get_ttlOver_null", duty = "a value is gone when its ttl is over")
  static class WholeSeconds extends SoundStore.Contract {
    WholeSeconds() {
      super(
          new SoundStore() {
            @Override
            SoundStore.Stored stored(RemoteEntry entry) {
              long seconds = entry.ttl().plusNanos(999_999_999).toSeconds();
              return new SoundStore.Stored(
                  entry.value().clone(), time.nanoTime() + Duration.ofSeconds(seconds).toNanos());
            }
          });
    }
  }

  @Breaks(test = "putAll_differentTtls_eachItsOwn", duty = "a ttl may be years")
  static class IntMillis extends SoundStore.Contract {
    IntMillis() {
      super(
          new SoundStore() {
            @Override
            SoundStore.Stored stored(RemoteEntry entry) {
              int millis = (int) entry.ttl().toMillis();
              return new SoundStore.Stored(
                  entry.value().clone(), time.nanoTime() + Duration.ofMillis(millis).toNanos());
            }
          });
    }
  }

  @Breaks(test = "putAll_differentTtls_eachItsOwn", duty = "every entry has its own ttl")
  static class TtlOfTheFirst extends SoundStore.Contract {
    TtlOfTheFirst() {
      super(
          new SoundStore() {
            @Override
            public void putAll(List<RemoteEntry> entries) {
              List<RemoteEntry> alike = new ArrayList<>();
              for (RemoteEntry entry : entries) {
                alike.add(new RemoteEntry(entry.key(), entry.value(), entries.get(0).ttl()));
              }
              super.putAll(alike);
            }
          });
    }
  }

  @Breaks(test = "putAll_there_replacesValueAndExpiry", duty = "a write replaces the expiry")
  static class KeepsTheOldExpiry extends SoundStore.Contract {
    KeepsTheOldExpiry() {
      super(
          new SoundStore() {
            @Override
            public void putAll(List<RemoteEntry> entries) {
              for (RemoteEntry entry : entries) {
                values.merge(
                    name(entry.key()),
                    stored(entry),
                    (old, now) -> new SoundStore.Stored(now.value(), old.untilNanos()));
              }
            }
          });
    }
  }

  @Breaks(test = "get_beforeTheEnd_doesNotProlongTheTtl", duty = "reading does not prolong the ttl")
  static class SlidingExpiry extends SoundStore.Contract {
    SlidingExpiry() {
      super(
          new SoundStore() {
            @Override
            public byte @Nullable [] get(byte[] key) {
              byte[] value = super.get(key);
              if (value != null) {
                putAll(List.of(new RemoteEntry(key, value, Duration.ofMillis(100))));
              }
              return value;
            }
          });
    }
  }

  @Breaks(
      test = "get_keysThatLookAlike_areDifferentKeys",
      duty = "keys of different bytes are different keys")
  static class KeysAsText extends SoundStore.Contract {
    KeysAsText() {
      super(
          new SoundStore() {
            @Override
            Object name(byte[] key) {
              return new String(key, StandardCharsets.UTF_8);
            }
          });
    }
  }

  @Breaks(
      test = "get_keysThatLookAlike_areDifferentKeys",
      duty = "keys of different bytes are different keys")
  static class KeysByHash extends SoundStore.Contract {
    KeysByHash() {
      super(
          new SoundStore() {
            @Override
            Object name(byte[] key) {
              return Arrays.hashCode(key);
            }
          });
    }
  }

  @Breaks(test = "get_emptyValue_emptyAndNotNull", duty = "an empty value is a value")
  static class EmptyIsAbsent extends SoundStore.Contract {
    EmptyIsAbsent() {
      super(
          new SoundStore() {
            @Override
            public byte @Nullable [] get(byte[] key) {
              byte[] value = super.get(key);
              return value == null || value.length == 0 ? null : value;
            }
          });
    }
  }

  @Breaks(
      test = "get_arrayChangedByCaller_storeUnchanged",
      duty = "a store hands out no array that it keeps")
  static class HandsOutItsArray extends SoundStore.Contract {
    HandsOutItsArray() {
      super(
          new SoundStore() {
            @Override
            public byte @Nullable [] get(byte[] key) {
              SoundStore.Stored stored = values.get(name(key));
              return stored == null ? null : stored.value();
            }
          });
    }
  }

  @Breaks(
      test = "putAll_arraysChangedByCaller_storeUnchanged",
      duty = "a store keeps no array that it was given")
  static class KeepsTheValue extends SoundStore.Contract {
    KeepsTheValue() {
      super(
          new SoundStore() {
            @Override
            SoundStore.Stored stored(RemoteEntry entry) {
              return new SoundStore.Stored(entry.value(), time.nanoTime() + entry.ttl().toNanos());
            }
          });
    }
  }

  @Breaks(
      test = "putAll_arraysChangedByCaller_storeUnchanged",
      duty = "a store keeps no array that it was given")
  static class KeepsTheKey extends SoundStore.Contract {
    KeepsTheKey() {
      super(
          new SoundStore() {
            @Override
            Object name(byte[] key) {
              return ByteBuffer.wrap(key);
            }
          });
    }
  }

  @Breaks(
      test = "getAll_someThere_inOrderWithNulls",
      duty = "getAll answers in the order of the keys")
  static class FoundOnly extends SoundStore.Contract {
    FoundOnly() {
      super(
          new SoundStore() {
            @Override
            public List<byte @Nullable []> getAll(List<byte[]> keys) {
              List<byte[]> found = super.getAll(keys);
              found.removeAll(Collections.singleton(null));
              return found;
            }
          });
    }
  }

  @Breaks(test = "putAll_many_allThere", duty = "a read returns the bytes that were written")
  static class HundredAtATime extends SoundStore.Contract {
    HundredAtATime() {
      super(
          new SoundStore() {
            @Override
            public void putAll(List<RemoteEntry> entries) {
              super.putAll(entries.subList(0, Math.min(100, entries.size())));
            }

            @Override
            public List<byte @Nullable []> getAll(List<byte[]> keys) {
              List<byte[]> found = super.getAll(keys);
              found.replaceAll(value -> value == null ? new byte[0] : value);
              return found;
            }
          });
    }
  }

  @Breaks(test = "delete_there_goneAndNoOther", duty = "a removal removes one key, and no other")
  static class DeletesByPrefix extends SoundStore.Contract {
    DeletesByPrefix() {
      super(
          new SoundStore() {
            @Override
            Object name(byte[] key) {
              return new String(key, StandardCharsets.ISO_8859_1);
            }

            @Override
            public void delete(byte[] key) {
              values.keySet().removeIf(name -> name.toString().startsWith(name(key).toString()));
            }
          });
    }
  }

  @Breaks(
      test = "write_returned_isSeenByEveryClient",
      duty = "a write that has returned has taken effect for every client")
  static class WritesBehind extends SoundStore.Contract {
    WritesBehind() {
      super(new Behind(), null);
    }

    private static final class Behind extends SoundStore {
      private final List<RemoteEntry> waiting = new ArrayList<>();

      @Override
      public void putAll(List<RemoteEntry> entries) {
        super.putAll(List.copyOf(waiting));
        waiting.clear();
        waiting.addAll(entries);
      }

      @Override
      public byte @Nullable [] get(byte[] key) {
        super.putAll(List.copyOf(waiting));
        waiting.clear();
        return super.get(key);
      }
    }

    @Override
    protected RemoteStore elsewhere() {
      return another((SoundStore) store());
    }
  }

  @Breaks(
      test = "write_returned_isSeenByEveryClient",
      duty = "a read asks the store and sees what another client")
  static class RemembersReads extends SoundStore.Contract {
    private static final class Near extends SoundStore {
      private final Map<Object, byte[]> seen = new ConcurrentHashMap<>();

      @Override
      public byte @Nullable [] get(byte[] key) {
        byte[] value = seen.getOrDefault(name(key), super.get(key));
        if (value != null) {
          seen.put(name(key), value);
        }
        return value;
      }

      @Override
      public void putAll(List<RemoteEntry> entries) {
        entries.forEach(entry -> seen.remove(name(entry.key())));
        super.putAll(entries);
      }

      @Override
      public void delete(byte[] key) {
        seen.remove(name(key));
        super.delete(key);
      }
    }

    RemembersReads() {
      super(new Near(), null);
    }

    @Override
    protected RemoteStore elsewhere() {
      return another((SoundStore) store());
    }
  }

  @Breaks(
      test = "get_storeDoesNotAnswer_throwsWithinItsTimeLimit",
      duty = "a store that cannot answer throws an unchecked exception")
  static class SilentWhenDown extends SoundStore.Contract {
    SilentWhenDown() {
      super(
          new SoundStore() {
            @Override
            public byte @Nullable [] get(byte[] key) {
              return answering ? super.get(key) : null;
            }
          });
    }
  }

  @Breaks(
      test = "anyCall_deadlineEndsSooner_throwsWithinTheDeadline",
      duty = "delete of a store that cannot answer throws an unchecked exception")
  static class DeletesInSilence extends SoundStore.Contract {
    DeletesInSilence() {
      super(
          new SoundStore() {
            @Override
            public void delete(byte[] key) {
              if (answering) {
                super.delete(key);
              }
            }
          });
    }
  }

  @Breaks(
      test = "anyCall_deadlineEndsSooner_throwsWithinTheDeadline",
      duty = "a removal takes effect after a write of the same thread that was given up")
  static class RetriesLater extends SoundStore.Contract {
    RetriesLater() {
      super(
          new SoundStore() {
            private final List<RemoteEntry> lost = new ArrayList<>();

            @Override
            public void putAll(List<RemoteEntry> entries) {
              if (!answering) {
                lost.addAll(entries);
              }
              super.putAll(entries);
            }

            @Override
            public void delete(byte[] key) {
              super.delete(key);
              super.putAll(lost);
              lost.clear();
            }
          });
    }
  }

  @Breaks(
      test = "anyCall_deadlineEndsSooner_throwsWithinTheDeadline",
      duty = "an open deadline of 100 ms shortens the time limit of get")
  static class IgnoresTheDeadline extends SoundStore.Contract {
    IgnoresTheDeadline() {
      super(
          new SoundStore() {
            @Override
            void answer() {
              if (!answering) {
                try {
                  TimeSource.system().sleep(Duration.ofSeconds(5).toNanos());
                } catch (InterruptedException interrupt) {
                  Thread.currentThread().interrupt();
                }
              }
              super.answer();
            }
          });
    }
  }
}
