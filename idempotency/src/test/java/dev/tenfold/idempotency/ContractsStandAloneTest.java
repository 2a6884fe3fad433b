// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import dev.tenfold.core.mutants.Contracts;
import org.junit.jupiter.api.Test;

class ContractsStandAloneTest {
  @Test
  void contracts_outsideThisBuild_needJUnitAndAssertJOnly() {
    Contracts.assertStandAlone("dev.tenfold.idempotency.contract");
  }
}
