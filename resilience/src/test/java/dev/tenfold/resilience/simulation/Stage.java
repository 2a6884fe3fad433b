// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/** What the flaky backend returns: a stage that may ignore, repeat or throw what it should not. */
final class Stage extends CompletableFuture<Object> {
  enum Kind {
    HONEST,
    IGNORES_CANCEL,
    THROWS_AT_CANCEL,
    TELLS_TWICE
  }

  final Call call;
  final int attempt;
  private final Kind kind;

  Stage(Call call, int attempt, Kind kind) {
    this.call = call;
    this.attempt = attempt;
    this.kind = kind;
  }

  boolean heedsCancel() {
    return kind == Kind.HONEST || kind == Kind.TELLS_TWICE;
  }

  @Override
  public boolean cancel(boolean interrupt) {
    call.setup.userCode("the cancelling of " + call);
    if (kind == Kind.THROWS_AT_CANCEL) {
      call.setup.faults++;
      throw new IllegalStateException("cancel");
    }
    return kind != Kind.IGNORES_CANCEL && super.cancel(interrupt);
  }

  @Override
  public CompletableFuture<Object> whenComplete(BiConsumer<? super Object, ? super Throwable> to) {
    if (kind != Kind.TELLS_TWICE) {
      return super.whenComplete(to);
    }
    return super.whenComplete((value, error) -> {
      to.accept(value, error);
      to.accept(value, error);
    });
  }
}
