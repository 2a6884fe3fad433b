// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.tenfold.cache.contract.KeyCodecContract;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong codecs of keys, each of which the contract finds by the duty that it breaks. */
class KeyCodecContractMutantsTest {

  /** A key without a text of its own. */
  static final class Seat {
    final String hall;
    final int number;

    Seat(String hall, int number) {
      this.hall = hall;
      this.number = number;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Seat that && hall.equals(that.hall) && number == that.number;
    }

    @Override
    public int hashCode() {
      return Objects.hash(hall, number);
    }

    String text() {
      return number + ":" + hall;
    }
  }

  abstract static class Seats extends KeyCodecContract<Seat> {
    @Override
    protected List<Seat> keys() {
      return List.of(new Seat("I", 11), new Seat("II", 1), new Seat("1", 1), new Seat("", 11));
    }

    @Override
    protected Map<String, Seat> known() {
      return Map.of("373a49", new Seat("I", 7));
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(KeyCodecContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongKeyCodec_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "encode_equalKeysInOtherObjects_givesEqualBytes",
      duty = "equal keys give equal bytes")
  static class ByIdentity extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      return seat -> (seat.text() + System.identityHashCode(seat)).getBytes(UTF_8);
    }
  }

  @Breaks(
      test = "encode_equalKeysInOtherObjects_givesEqualBytes",
      duty = "equal keys give equal bytes, whatever was encoded before")
  static class Numbered extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      AtomicInteger next = new AtomicInteger();
      return seat -> (seat.text() + next.getAndIncrement()).getBytes(UTF_8);
    }
  }

  @Breaks(
      test = "encode_anyLocale_givesEqualBytes",
      duty = "equal keys give equal bytes in every locale")
  static class LowerCase extends Seats {
    @Override
    @SuppressWarnings("StringCaseLocaleUsage") // the fault
    protected KeyCodec<Seat> codec() {
      return seat -> seat.text().toLowerCase().getBytes(UTF_8);
    }
  }

  @Breaks(test = "encode_knownKeys_givesTheBytesThatWereWrittenDown", duty = "the bytes of key")
  static class AnotherVersion extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      return seat -> ("v2:" + seat.text()).getBytes(UTF_8);
    }
  }

  @Breaks(
      test = "encode_differentKeys_givesDifferentBytes",
      duty = "different keys give different bytes")
  static class WithoutASeparator extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      return seat -> (seat.hall + seat.number).getBytes(UTF_8);
    }
  }

  @Breaks(
      test = "encode_anotherKeyLater_leavesTheBytesAlone",
      duty = "the bytes of one key do not change when the codec encodes another")
  static class OneArrayForAll extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      byte[] shared = new byte[8];
      return seat -> {
        byte[] bytes = seat.text().getBytes(UTF_8);
        Arrays.fill(shared, (byte) 0);
        System.arraycopy(bytes, 0, shared, 0, bytes.length);
        return shared;
      };
    }
  }

  @Breaks(test = "encode_null_throwsUnchecked", duty = "a codec of keys refuses null")
  static class NullIsEmpty extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      return seat -> seat == null ? new byte[0] : seat.text().getBytes(UTF_8);
    }
  }

  @Breaks(
      test = "encode_sharedByThreads_givesEqualBytes",
      duty = "equal keys give equal bytes, on whatever thread")
  static class SharedScratch extends Seats {
    @Override
    protected KeyCodec<Seat> codec() {
      byte[] scratch = new byte[8];
      return seat -> {
        byte[] bytes = seat.text().getBytes(UTF_8);
        for (int i = 0; i < bytes.length; i++) {
          scratch[i] = bytes[i];
        }
        return Arrays.copyOf(scratch, bytes.length);
      };
    }
  }
}
