// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.cache.contract.KeyCodecContract;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Nested;

/** The codec of this module and one that an outsider might write keep the contract. */
class KeyCodecTest {

  @Nested
  class Natural extends KeyCodecContract<Object> {
    @Override
    protected KeyCodec<Object> codec() {
      return KeyCodec.natural();
    }

    @Override
    protected List<Object> keys() {
      return List.of(
          1L, -1L, 11L, Long.MIN_VALUE, "1", "i1", "s1", "", "I", "ß", new UUID(0, 1), "u", "日本");
    }

    @Override
    protected Map<String, Object> known() {
      return Map.of(
          "6937",
          7L,
          "692d31",
          -1,
          "73",
          "",
          "73c4b07374",
          "İst".substring(0, 1) + "st",
          "7530303030303030302d303030302d303030302d303030302d303030303030303030303031",
          new UUID(0, 1));
    }
  }

  record Seat(String hall, int number) {}

  @Nested
  class Example extends KeyCodecContract<Seat> {
    @Override
    protected KeyCodec<Seat> codec() {
      return seat -> KeyCodec.natural().encode(seat.number() + ":" + seat.hall());
    }

    @Override
    protected List<Seat> keys() {
      return List.of(new Seat("1", 11), new Seat("11", 1), new Seat("", 0), new Seat(":", 1));
    }

    @Override
    protected Map<String, Seat> known() {
      return Map.of("73373a61", new Seat("a", 7));
    }
  }
}
