// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class IdempotentResultTest {
  private static String told(IdempotentResult<String> result) {
    return result.fold(
        executed -> "executed " + executed.value(),
        replayed -> "replayed " + replayed.value(),
        inFlight -> "in flight",
        mismatch -> "mismatch");
  }

  @Test
  void fold_eachCase_appliesItsFunction() {
    assertThat(told(new IdempotentResult.Executed<>("a"))).isEqualTo("executed a");
    assertThat(told(new IdempotentResult.Replayed<>("b"))).isEqualTo("replayed b");
    assertThat(told(new IdempotentResult.InFlight<>())).isEqualTo("in flight");
    assertThat(told(new IdempotentResult.Mismatch<>())).isEqualTo("mismatch");
  }
}
