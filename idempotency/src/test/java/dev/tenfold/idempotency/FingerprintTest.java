// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private static Fingerprint of(String... parts) {
    byte[][] bytes = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = parts[i].getBytes(UTF_8);
    }
    return Fingerprint.of(bytes);
  }

  @Test
  void of_sameParts_equal() {
    assertThat(of("POST", "/bookings")).isEqualTo(of("POST", "/bookings"));
    assertThat(of("POST", "/bookings")).hasSameHashCodeAs(of("POST", "/bookings"));
  }

  @Test
  void of_boundaryBetweenPartsMoves_differs() {
    assertThat(of("ab", "c")).isNotEqualTo(of("a", "bc"));
    assertThat(of("abc")).isNotEqualTo(of("abc", ""));
  }

  /** The bytes never change, because records outlive the program: 01, sha256(00000004 "body"). */
  @Test
  void bytes_ofKnownBody_areFrozen() {
    assertThat(HexFormat.of().formatHex(of("body").bytes()))
        .isEqualTo("01646fcd9e34432bd85b5a686d555e90254ad761d8511ef7bef91e10128d96ebf7");
  }

  @Test
  void ofStored_bytesOfAnother_equal() {
    assertThat(Fingerprint.ofStored(of("body").bytes())).isEqualTo(of("body"));
  }

  @Test
  void ofStored_otherLength_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Fingerprint.ofStored(new byte[32]))
        .withMessageContaining("32")
        .withMessageContaining("33");
  }

  @Test
  void of_noParts_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Fingerprint.of());
  }
}
