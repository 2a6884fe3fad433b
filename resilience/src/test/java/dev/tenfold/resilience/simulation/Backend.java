// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience.simulation;

import dev.tenfold.core.RejectedException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Answers, fails, throws, sleeps, never answers, answers late and answers twice. */
final class Backend {
  private final World world;
  private final RandomGenerator dice;
  private final List<Stage> stages = new ArrayList<>();

  Backend(World world) {
    this.world = world;
    this.dice = world.dice;
  }

  /** What a blocking call runs. */
  Object answer(Call call) throws Exception {
    begin(call);
    try {
      switch (dice.nextInt(12)) {
        case 0 -> world.time.sleep(dice.nextInt(500) * 1_000_000L);
        case 1 -> world.pass(500);
        case 2 -> world.act();
        case 3 -> throw exception();
        case 4 -> throw new Down();
        case 5 -> {
          if (dice.nextInt(4) == 0) {
            throw new Crash();
          }
        }
        case 6 -> {
          if (dice.nextInt(4) == 0) {
            world.interrupt();
          }
        }
        default -> {}
      }
      Call.Value value = new Call.Value(call.id, call.attempts);
      call.given = value;
      world.succeeded(call);
      return value;
    } catch (Throwable thrown) {
      call.given = thrown;
      throw thrown;
    }
  }

  /** What an asynchronous call runs. */
  @Nullable CompletionStage<Object> stage(Call call) throws Exception {
    world.userCode("the supplier of " + call);
    int attempt = begin(call);
    int choice = dice.nextInt(20);
    if (choice == 0) {
      world.act();
    } else if (choice == 1) {
      world.pass(500);
    } else if (choice == 2) {
      call.gives(attempt, Call.Nothing.AT_ALL);
      return null;
    } else if (choice == 3) {
      Exception thrown = exception();
      call.gives(attempt, thrown);
      throw thrown;
    } else if (choice == 4) {
      Error thrown = new Crash();
      call.gives(attempt, thrown);
      throw thrown;
    } else if (choice < 8) {
      Exception failure = exception();
      call.gives(attempt, failure);
      boolean wrapped = dice.nextInt(4) == 0;
      return CompletableFuture.failedFuture(wrapped ? new CompletionException(failure) : failure);
    } else if (choice < 10) {
      Call.Value value = new Call.Value(call.id, attempt);
      call.gives(attempt, value);
      world.succeeded(call);
      return CompletableFuture.completedStage(value);
    }
    Stage.Kind[] kinds = Stage.Kind.values();
    Stage stage =
        new Stage(call, attempt, kinds[Math.max(0, dice.nextInt(12) - 12 + kinds.length)]);
    stages.add(stage);
    if (call.attempts == attempt) {
      call.stage = stage;
    }
    return stage;
  }

  private Exception exception() {
    return switch (dice.nextInt(10)) {
      case 0 -> new RejectedException("backend", "busy", dice.nextInt(200) * 1_000_000L);
      case 1 -> new CancellationException("by the backend");
      case 2 -> {
        world.disturbed();
        yield new InterruptedException("by the backend");
      }
      default -> new Down();
    };
  }

  /** Returns the number of the attempt: while its code runs, the next may begin. */
  private int begin(Call call) {
    world.isReady(call);
    if (world.current() != call) {
      world.fail(call + " runs in the context of " + world.current());
    }
    if (call.over) {
      world.fail("an attempt begins after the end of " + call);
    }
    if (call.open.size() != call.setup.watched) {
      world.fail(call + " begins past " + call.open.size() + " of " + call.setup.watched);
    }
    if (call.stage != null && !call.stage.isDone() && call.stage.heedsCancel()) {
      world.fail("two attempts at once in " + call);
    }
    for (WatchedGate.Admission admission : call.open) {
      admission.began(world.time.nanoTime());
    }
    call.attempts++;
    call.given = null;
    call.stage = null;
    if (call.attempts > call.setup.maxAttempts) {
      world.fail(call + " makes attempt " + call.attempts);
    }
    world.attempt(call);
    return call.attempts;
  }

  /** Completes one of the stages, perhaps for the second time. */
  void complete() {
    if (stages.isEmpty()) {
      return;
    }
    int index = dice.nextInt(stages.size());
    Stage stage = stages.get(index);
    if (stage.isDone() && dice.nextBoolean()) {
      stages.remove(index);
    }
    complete(stage, dice.nextInt(3) > 0);
  }

  private void complete(Stage stage, boolean well) {
    Object answer = well ? new Call.Value(stage.call.id, stage.attempt) : exception();
    Call call = stage.call;
    if (!stage.isDone()) {
      call.gives(stage.attempt, answer);
      if (well && call.attempts == stage.attempt) {
        world.succeeded(call);
      }
    }
    if (answer instanceof Exception failure) {
      stage.completeExceptionally(failure);
    } else {
      stage.complete(answer);
    }
  }

  /** Completes whatever no timeout watches. */
  void completeAll() {
    List<Stage> pending = List.copyOf(stages);
    stages.clear();
    for (Stage stage : pending) {
      complete(stage, true);
    }
  }

  /** Without a trace: a hundred thousand worlds are full of them. */
  private static final class Down extends IOException {
    private static final long serialVersionUID = 1L;

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  private static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash() {
      super("by the world", null, false, false);
    }
  }
}
