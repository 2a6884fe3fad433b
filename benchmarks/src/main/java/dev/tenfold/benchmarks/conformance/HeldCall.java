// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** An asynchronous call in flight until the scenario completes it. */
final class HeldCall {
  private final Library library;
  private final CompletableFuture<Object> inner = new CompletableFuture<>();
  private final CompletableFuture<Object> outer;
  private final AtomicBoolean begun = new AtomicBoolean();

  private HeldCall(Library library, Guarded guarded) {
    this.library = library;
    this.outer =
        guarded.callAsync(() -> {
          begun.set(true);
          return inner;
        });
  }

  static HeldCall begin(Library library, Guarded guarded) {
    HeldCall call = new HeldCall(library, guarded);
    library.eventually(() -> call.admitted() || call.outer.isDone());
    return call;
  }

  /** Returns whether the policies admitted the call. */
  boolean admitted() {
    return begun.get();
  }

  void complete(Object value) {
    inner.complete(value);
    library.eventually(outer::isDone);
  }

  void fail(Throwable error) {
    inner.completeExceptionally(error);
    library.eventually(outer::isDone);
  }

  /** Cancels the future that the library gave to its user. */
  void cancel() {
    outer.cancel(true);
  }
}
