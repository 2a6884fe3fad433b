// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.RejectedException;
import dev.tenfold.resilience.CallInterruptedException;
import dev.tenfold.resilience.CallTimeoutException;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/** What a call may end with: what its last attempt gave, or what a policy says instead. */
final class Expected {
  private Expected() {}

  static void check(World world, Call call, @Nullable Object end) {
    if (end instanceof CallTimeoutException && call.waitedInVain) {
      world.fail(call + " waited for what comes after its timeout");
    }
    Object given = call.given;
    boolean fits =
        end == given
            || end == call.enterFailure
            || end instanceof CallTimeoutException && call.setup.timeouts > 0
            || end instanceof RejectedException
                && (!(given instanceof Call.Value) || call.setup.timeouts > 0)
            || end instanceof RejectedExecutionException && call.setup.refuses
            || end instanceof CallInterruptedException && call.future == null
            || end instanceof NullPointerException && given == Call.Nothing.AT_ALL
            || World.FALLBACK.equals(end) && !(given instanceof Error);
    if (!fits) {
      world.fail(call + " ends with " + end + ", but its last attempt gave " + given);
    }
  }
}
