// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.tenfold.cache.RemoteEntry;
import dev.tenfold.cache.RemoteStore;
import dev.tenfold.core.Deadline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The duties of a {@link RemoteStore}, as tests. Extend the class in the tests of an
 * implementation.
 *
 * <ol>
 *   <li>A read returns what the last acknowledged write of the key wrote, byte for byte, or null
 *       after a removal and after the end of the ttl. Keys and values are any bytes. An empty value
 *       is a value.
 *   <li>A write replaces the value and its expiry. Every entry has its own ttl, from 1 ms to years.
 *       Reading does not prolong the ttl.
 *   <li>A removal removes one key, and no other. Removing nothing does nothing.
 *   <li>{@code getAll} answers in the order of the keys, with null for what {@code get} would not
 *       find.
 *   <li>A write or removal that has returned has taken effect for every client of the store. The
 *       calls of one thread take effect in their order: a removal comes after a write that was
 *       given up, while the connection lasts.
 *   <li>A store keeps no array that it was given, and hands out no array that it keeps.
 *   <li>A store that cannot answer throws an unchecked exception within its time limit, and within
 *       an open {@link Deadline}.
 *   <li>Threads may share a store; no value is lost.
 * </ol>
 *
 * <p>Each test runs on a thread of its own and fails after 60 seconds. A time limit of the store up
 * to 5 seconds is short enough.
 */
@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
public abstract class RemoteStoreContract {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration TIME_LIMIT = Duration.ofSeconds(12);
  private static final String AS_WRITTEN = "a read returns the bytes that were written";
  private static final String GONE = "a removed value is gone";
  // Keys of one thread. Few keys meet in one bucket of a hash table; many make the table grow.
  private static final int FEW_KEYS = 16;
  private static final int MANY_KEYS = 10_000;
  private static final int FEW_KEYS_ROUNDS = 20_000;

  private RemoteStore store;

  /** For subclasses. */
  protected RemoteStoreContract() {}

  /**
   * Returns the store under test. May have been used before.
   *
   * @return the store
   */
  protected abstract RemoteStore store();

  /**
   * Returns the same store as another process sees it: over a client and a connection of its own.
   *
   * @return another client of the values of {@link #store}
   */
  protected abstract RemoteStore elsewhere();

  /**
   * Returns how long a value will live.
   *
   * @param key its name
   * @return the rest of its ttl
   */
  protected abstract Duration remaining(byte[] key);

  /**
   * Returns once the given time has passed for the store.
   *
   * @param duration how long, some milliseconds
   */
  protected abstract void letPass(Duration duration);

  /** Keeps the store from answering, for instance by stopping its server. */
  protected abstract void stopAnswering();

  /** Lets the store answer again, and returns when it does. */
  protected abstract void goOnAnswering();

  @BeforeEach
  final void open() {
    store = store();
  }

  private static byte[] newKey() {
    return UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] keyEnding(byte[] prefix, int... bytes) {
    byte[] key = Arrays.copyOf(prefix, prefix.length + bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      key[prefix.length + i] = (byte) bytes[i];
    }
    return key;
  }

  private void put(byte[] key, byte[] value, Duration ttl) {
    store.putAll(List.of(new RemoteEntry(key, value, ttl)));
  }

  @Test
  final void get_nothingThere_null() {
    assertThat(store.get(newKey())).as("a read of a key without a value returns null").isNull();
  }

  @Test
  final void get_everyByte_asPut() {
    byte[] key = newKey();
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    put(key, all, HOUR);
    assertThat(store.get(key)).as(AS_WRITTEN + ", whatever they are").isEqualTo(all);
  }

  @Test
  final void get_keysThatLookAlike_areDifferentKeys() {
    byte[] prefix = newKey();
    List<byte[]> keys =
        List.of(
            keyEnding(prefix),
            keyEnding(prefix, 0),
            keyEnding(prefix, 'k'),
            keyEnding(prefix, 'K'),
            keyEnding(prefix, 0x80), // no text in UTF-8, and none in ASCII
            keyEnding(prefix, 0x81),
            keyEnding(prefix, 1, 0), // these two have one hash code
            keyEnding(prefix, 0, 31));
    for (int i = 0; i < keys.size(); i++) {
      put(keys.get(i), new byte[] {(byte) i}, HOUR);
    }
    for (int i = 0; i < keys.size(); i++) {
      assertThat(store.get(keys.get(i)))
          .as("keys of different bytes are different keys (key %s)", i)
          .containsExactly(i);
    }
  }

  @Test
  final void get_keyOfEveryByte_found() {
    byte[] key = new byte[256];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    put(key, new byte[] {7}, HOUR);
    assertThat(store.get(key)).as("a key is any bytes").containsExactly(7);
    store.delete(key);
  }

  @Test
  final void get_emptyValue_emptyAndNotNull() {
    byte[] key = newKey();
    put(key, new byte[0], HOUR);
    assertThat(store.get(key)).as("an empty value is a value").isNotNull().isEmpty();
    assertThat(store.getAll(List.of(key)).get(0))
        .as("an empty value is a value for getAll too")
        .isNotNull()
        .isEmpty();
  }

  @Test
  final void get_arrayChangedByCaller_storeUnchanged() {
    byte[] key = newKey();
    put(key, new byte[] {1}, HOUR);
    store.get(key)[0] = 2;
    assertThat(store.get(key)).as("a store hands out no array that it keeps").containsExactly(1);
    store.getAll(List.of(key)).get(0)[0] = 2;
    assertThat(store.get(key))
        .as("a store hands out no array that it keeps, by getAll either")
        .containsExactly(1);
  }

  @Test
  final void putAll_arraysChangedByCaller_storeUnchanged() {
    byte[] key = newKey();
    byte[] value = {1};
    byte[] given = key.clone();
    put(given, value, HOUR);
    given[0]++;
    value[0] = 2;
    assertThat(store.get(key)).as("a store keeps no array that it was given").containsExactly(1);
    assertThat(store.get(given)).as("a store keeps no key that it was given").isNull();
  }

  @Test
  final void getAll_someThere_inOrderWithNulls() {
    byte[] one = newKey();
    byte[] two = newKey();
    byte[] three = newKey();
    put(one, new byte[] {1}, HOUR);
    put(three, new byte[] {3}, HOUR);
    assertThat(store.getAll(List.of(three, two, one)))
        .as("getAll answers in the order of the keys, with null for what is not there")
        .containsExactly(new byte[] {3}, null, new byte[] {1});
  }

  @Test
  final void putAll_many_allThere() {
    List<byte[]> keys = new ArrayList<>();
    List<RemoteEntry> entries = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      keys.add(newKey());
      entries.add(new RemoteEntry(keys.get(i), new byte[] {(byte) i}, HOUR));
    }
    store.putAll(entries);
    List<byte[]> found = store.getAll(keys);
    for (int i = 0; i < 300; i++) {
      assertThat(found.get(i))
          .as(AS_WRITTEN + " (value " + i + " of 300)")
          .containsExactly((byte) i);
    }
  }

  @Test
  final void putAll_there_replacesValueAndExpiry() {
    byte[] key = newKey();
    put(key, new byte[] {1}, HOUR);
    put(key, new byte[] {2}, MINUTE);
    assertThat(store.get(key)).as("a write replaces the value").containsExactly(2);
    assertThat(remaining(key))
        .as("a write replaces the expiry")
        .isPositive()
        .isLessThanOrEqualTo(MINUTE);
  }

  @Test
  final void putAll_longerTtl_outlivesTheOldOne() {
    byte[] key = newKey();
    put(key, new byte[] {1}, Duration.ofMillis(5));
    put(key, new byte[] {2}, HOUR);
    letPass(Duration.ofMillis(6));
    assertThat(store.get(key))
        .as("a write replaces the expiry: the old ttl ends nothing")
        .containsExactly(2);
  }

  @Test
  final void putAll_differentTtls_eachItsOwn() {
    String duty = "every entry has its own ttl";
    byte[] one = newKey();
    byte[] two = newKey();
    byte[] three = newKey();
    Duration years = Duration.ofDays(1_000);
    store.putAll(
        List.of(
            new RemoteEntry(one, new byte[] {1}, MINUTE),
            new RemoteEntry(two, new byte[] {2}, HOUR),
            new RemoteEntry(three, new byte[] {3}, years)));
    assertThat(remaining(one)).as(duty).isPositive().isLessThanOrEqualTo(MINUTE);
    assertThat(remaining(two)).as(duty).isGreaterThan(MINUTE).isLessThanOrEqualTo(HOUR);
    assertThat(remaining(three))
        .as("a ttl may be years")
        .isGreaterThan(years.minusDays(1))
        .isLessThanOrEqualTo(years);
  }

  @Test
  final void get_ttlOver_null() {
    byte[] key = newKey();
    put(key, new byte[] {1}, Duration.ofMillis(5));
    letPass(Duration.ofMillis(6));
    assertThat(store.get(key)).as("a value is gone when its ttl is over").isNull();
    assertThat(store.getAll(List.of(key)))
        .as("a value is gone when its ttl is over, for getAll too")
        .isEqualTo(Arrays.asList((Object) null));
  }

  @Test
  final void get_beforeTheEnd_doesNotProlongTheTtl() {
    byte[] key = newKey();
    put(key, new byte[] {1}, Duration.ofMillis(100));
    letPass(Duration.ofMillis(60));
    store.get(key);
    store.getAll(List.of(key));
    letPass(Duration.ofMillis(60));
    assertThat(store.get(key)).as("reading does not prolong the ttl").isNull();
  }

  @Test
  final void delete_there_goneAndNoOther() {
    byte[] key = newKey();
    byte[] longer = keyEnding(key, '1');
    put(key, new byte[] {1}, HOUR);
    put(longer, new byte[] {2}, HOUR);
    store.delete(key);
    assertThat(store.get(key)).as(GONE).isNull();
    assertThat(store.get(longer)).as("a removal removes one key, and no other").containsExactly(2);
    put(key, new byte[] {3}, HOUR);
    assertThat(store.get(key)).as("a removed key may be written again").containsExactly(3);
  }

  @Test
  final void delete_nothingThere_nothingHappens() {
    assertThatCode(() -> store.delete(newKey()))
        .as("removing nothing does nothing")
        .doesNotThrowAnyException();
  }

  @Test
  final void write_returned_isSeenByEveryClient() {
    RemoteStore other = elsewhere();
    byte[] key = newKey();
    for (int i = 0; i < 200; i++) {
      put(key, new byte[] {(byte) i}, HOUR);
      assertThat(other.get(key))
          .as("a write that has returned has taken effect for every client")
          .containsExactly((byte) i);
      store.delete(key);
      assertThat(other.get(key))
          .as("a removal that has returned has taken effect for every client")
          .isNull();
      for (byte value = 1; value <= 2; value++) {
        other.putAll(List.of(new RemoteEntry(key, new byte[] {value}, HOUR)));
        assertThat(store.get(key))
            .as("a read asks the store and sees what another client wrote")
            .containsExactly(value);
      }
      other.delete(key);
      assertThat(store.getAll(List.of(key)))
          .as("a read asks the store and sees what another client removed")
          .isEqualTo(Arrays.asList((Object) null));
    }
  }

  @Test
  final void get_storeDoesNotAnswer_throwsWithinItsTimeLimit() {
    byte[] key = newKey();
    stopAnswering();
    try {
      assertTimeoutPreemptively(
          Duration.ofSeconds(12),
          () ->
              assertThatThrownBy(
                      () -> store.get(key),
                      "a store that cannot answer throws an unchecked exception")
                  .isInstanceOf(RuntimeException.class),
          "a store that cannot answer throws within its time limit of 5 seconds at most");
    } finally {
      goOnAnswering();
    }
  }

  @Test
  final void anyCall_deadlineEndsSooner_throwsWithinTheDeadline() {
    byte[] key = newKey();
    stopAnswering();
    try {
      assertThrowsSoon("get", () -> store.get(key));
      assertThrowsSoon("getAll", () -> store.getAll(List.of(key)));
      assertThrowsSoon("delete", () -> store.delete(key));
      assertThrowsSoon("putAll", () -> put(key, new byte[] {1}, HOUR));
    } finally {
      goOnAnswering();
    }
    store.delete(key);
    for (int i = 0; i < 100; i++) {
      assertThat(store.get(key))
          .as("a removal takes effect after a write of the same thread that was given up")
          .isNull();
    }
  }

  private static void assertThrowsSoon(String name, ThrowingCallable call) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(3),
        () -> {
          try (var scope = Deadline.after(Duration.ofMillis(100)).open()) {
            assertThatThrownBy(
                    call, "%s of a store that cannot answer throws an unchecked exception", name)
                .isInstanceOf(RuntimeException.class);
          }
        },
        "an open deadline of 100 ms shortens the time limit of " + name);
  }

  @Test
  final void store_sharedByThreads_losesNothing() {
    String duty = "no value is lost or mixed up when threads share a store";
    byte[] prefix = newKey();
    RemoteStore shared = store;
    Map<Integer, Integer> rounds = new ConcurrentHashMap<>();
    Threads.together(
        "threads may share a store",
        (thread, round) -> {
          int number = round % (round < FEW_KEYS_ROUNDS ? FEW_KEYS : MANY_KEYS);
          byte[] key = keyEnding(prefix, thread, number >> 8, number);
          byte[] value = {(byte) thread, (byte) number};
          shared.putAll(List.of(new RemoteEntry(key, value, HOUR)));
          byte[] found = shared.get(key);
          if (!Arrays.equals(found, value)) { // an assertion would take most of the round
            assertThat(found).as(duty).isEqualTo(value);
          }
          if (number % 2 == 0) {
            shared.delete(key);
            found = shared.get(key);
            if (found != null) {
              assertThat(found).as(GONE + ", also when threads share a store").isNull();
            }
          }
          rounds.put(thread, round + 1);
        });
    rounds.forEach((thread, made) -> {
      for (int number = 0; number < Math.min(made, FEW_KEYS); number++) {
        byte[] expected = {thread.byteValue(), (byte) number};
        assertThat(shared.get(keyEnding(prefix, thread, number >> 8, number)))
            .as(duty)
            .isEqualTo(number % 2 == 0 ? null : expected);
      }
    });
  }
}
