// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.resilience;

/** What is called through the policies. A fork loads one of the two, so the call is direct. */
abstract class Work {

  /** Works. */
  abstract Object get();

  /** Returns work that fails every so many calls; 0: never. */
  static Work failingEvery(int calls) {
    return calls == 0 ? new Steady() : new Failing(calls);
  }

  /** Reads a field, as the raw call of the floors does. */
  private static final class Steady extends Work {
    private Object payload = "payload";

    @Override
    Object get() {
      return payload;
    }
  }

  /** Reads a field, and throws now and then. Counts for one thread. */
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

  /** Made before and without a stack trace, so that the policies are measured and not the throw. */
  static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Failure() {
      super("failed", null, false, false);
    }
  }
}
