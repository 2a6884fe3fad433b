// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class MachineIT {

  /** While the system removes a zombie, the process must not seem to run again. */
  @Test
  void runs_processHasEnded_neverRunsAgain() throws IOException {
    int risen = 0;
    for (int i = 0; i < 300; i++) {
      Process process = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
      long pid = process.pid();
      while (Machine.runs(pid)) {
        Thread.onSpinWait();
      }
      do {
        risen += Machine.runs(pid) ? 1 : 0;
      } while (process.isAlive());
      for (int look = 0; look < 100; look++) {
        risen += Machine.runs(pid) ? 1 : 0;
      }
    }

    assertThat(risen).isZero();
  }
}
