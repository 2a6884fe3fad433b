// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A composition of policies of a library. */
interface Guarded {

  /** Calls the work on this thread. */
  Object call(Callable<Object> work) throws Exception;

  /** Starts a call and returns the future that the library gives to its user. */
  CompletableFuture<Object> callAsync(Supplier<CompletionStage<Object>> work);

  /** Returns the state of the breaker among the policies: CLOSED, HALF_OPEN or OPEN. */
  String state();
}
