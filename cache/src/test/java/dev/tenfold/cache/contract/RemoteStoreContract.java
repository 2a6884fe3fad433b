// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import dev.tenfold.cache.RemoteEntry;
import dev.tenfold.cache.RemoteStore;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link RemoteStore} holds. Extend it in the tests of an implementation. */
public abstract class RemoteStoreContract {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration MINUTE = Duration.ofMinutes(1);

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
   * Returns how long a value will live.
   *
   * @param key its name
   * @return the rest of its ttl
   */
  protected abstract Duration remaining(byte[] key);

  /**
   * Returns once the given time has passed for the store.
   *
   * @param duration how long, a few milliseconds
   */
  protected abstract void letPass(Duration duration);

  @BeforeEach
  final void open() {
    store = store();
  }

  private static byte[] newKey() {
    return UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);
  }

  private void put(byte[] key, byte[] value, Duration ttl) {
    store.putAll(List.of(new RemoteEntry(key, value, ttl)));
  }

  @Test
  final void get_nothingThere_null() {
    assertThat(store.get(newKey())).isNull();
  }

  @Test
  final void get_everyByte_asPut() {
    byte[] key = newKey();
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    put(key, all, HOUR);
    assertThat(store.get(key)).isEqualTo(all);
  }

  @Test
  final void get_keyOfEveryByte_found() {
    byte[] key = new byte[256];
    for (int i = 0; i < key.length; i++) {
      key[i] = (byte) i;
    }
    put(key, new byte[] {7}, HOUR);
    assertThat(store.get(key)).containsExactly(7);
    store.delete(key);
  }

  @Test
  final void get_emptyValue_emptyAndNotNull() {
    byte[] key = newKey();
    put(key, new byte[0], HOUR);
    assertThat(store.get(key)).isNotNull().isEmpty();
  }

  @Test
  final void get_arrayChangedByCaller_storeUnchanged() {
    byte[] key = newKey();
    put(key, new byte[] {1}, HOUR);
    store.get(key)[0] = 2;
    assertThat(store.get(key)).containsExactly(1);
  }

  @Test
  final void getAll_someThere_inOrderWithNulls() {
    byte[] one = newKey();
    byte[] two = newKey();
    byte[] three = newKey();
    put(one, new byte[] {1}, HOUR);
    put(three, new byte[] {3}, HOUR);
    assertThat(store.getAll(List.of(three, two, one)))
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
      assertThat(found.get(i)).containsExactly((byte) i);
    }
  }

  @Test
  final void putAll_there_replacesValueAndExpiry() {
    byte[] key = newKey();
    put(key, new byte[] {1}, HOUR);
    put(key, new byte[] {2}, MINUTE);
    assertThat(store.get(key)).containsExactly(2);
    assertThat(remaining(key)).isPositive().isLessThanOrEqualTo(MINUTE);
  }

  @Test
  final void putAll_differentTtls_eachItsOwn() {
    byte[] one = newKey();
    byte[] two = newKey();
    store.putAll(
        List.of(
            new RemoteEntry(one, new byte[] {1}, MINUTE),
            new RemoteEntry(two, new byte[] {2}, HOUR)));
    assertThat(remaining(one)).isPositive().isLessThanOrEqualTo(MINUTE);
    assertThat(remaining(two)).isGreaterThan(MINUTE).isLessThanOrEqualTo(HOUR);
  }

  @Test
  final void get_ttlOver_null() {
    byte[] key = newKey();
    put(key, new byte[] {1}, Duration.ofMillis(5));
    letPass(Duration.ofMillis(6));
    assertThat(store.get(key)).isNull();
    List<byte[]> absent = new ArrayList<>();
    absent.add(null);
    assertThat(store.getAll(List.of(key))).isEqualTo(absent);
  }

  @Test
  final void delete_there_gone() {
    byte[] key = newKey();
    put(key, new byte[] {1}, HOUR);
    store.delete(key);
    assertThat(store.get(key)).isNull();
  }

  @Test
  final void delete_nothingThere_nothingHappens() {
    assertThatNoException().isThrownBy(() -> store.delete(newKey()));
  }
}
