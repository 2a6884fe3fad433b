// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** A library's policies, ready to be called through. */
interface Guarded {

  /** Calls on this thread. */
  Object call(Callable<Object> work) throws Exception;

  /** Begins a call; the future is what the library gives to its user. */
  CompletableFuture<Object> callAsync(Supplier<CompletionStage<Object>> work);

  /** Returns CLOSED, HALF_OPEN or OPEN, for the breaker among the policies. */
  String state();
}
