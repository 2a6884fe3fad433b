// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** The guarded work. A fork loads only one of the two classes, so that the call is direct. */
abstract class Work {

  /** Returns the payload, or throws. */
  abstract Object get();

  /** Returns work that fails once in a number of calls; 0: work that does not fail. */
  static Work failingEvery(int calls) {
    return calls == 0 ? new Steady() : new Failing(calls);
  }

  /** Reads a field, as the floor "raw call" does. */
  private static final class Steady extends Work {
    private Object payload = "payload";

    @Override
    Object get() {
      return payload;
    }
  }

  /** Reads a field, and throws once in a number of calls. For one thread. */
  private static final class Failing extends Work {
    private final int calls;
    private final Failure failure = new Failure();
    private Object payload = "payload";
    private int left;

    private Failing(int calls) {
      this.calls = calls;
      this.left = calls;
    }

    @Override
    Object get() {
      if (--left == 0) {
        left = calls;
        throw failure;
      }
      return payload;
    }
  }

  /** Preallocated and without a stack trace, so that the cost is that of the policies. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure() {
      super("failed", null, false, false);
    }
  }
}
