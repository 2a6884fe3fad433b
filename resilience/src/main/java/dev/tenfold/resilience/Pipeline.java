// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import dev.tenfold.core.CheckedRunnable;
import dev.tenfold.core.CheckedSupplier;
import dev.tenfold.core.Checks;
import dev.tenfold.core.Outcome;
import dev.tenfold.core.RejectedException;
import dev.tenfold.core.Telemetry;
import dev.tenfold.core.TimeSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/*
 * Where the work is done. PipelineSettings: the order of the policies is checked. Blocking: a chain of steps, GateStep
 * (gates are entered and exited), RetryStep, TimeoutStep, MetricsStep. Asynchronous: AsyncCall (the attempts), AsyncAttempt
 * (one attempt, its gates and its end), AsyncHandoff (the threads). CallErrors: exceptions are unwrapped.
 */
/**
 * A pipeline: policies composed in one order. Calls go through it blocking, asynchronously, or with
 * an {@link Outcome} in place of exceptions.
 *
 * <pre>{@code
 * var pipeline = Pipeline.of("payments", retry, breaker, bulkhead, Timeout.of(ofSeconds(1)));
 *
 * String a = pipeline.call(() -> client.get(id));                            // throws what it throws
 * String b = pipeline.call(() -> client.get(id), Fallback.value("n/a"));
 * CompletableFuture<String> c = pipeline.callAsync(() -> client.getAsync(id));
 * Outcome<String> d = pipeline.tryCall(() -> client.get(id));
 * }</pre>
 *
 * <p>The first policy is the outermost. <em>Outside</em> a policy, or <em>further out</em>, means
 * nearer to the caller: before it in the list. <em>Inside</em>, or <em>further in</em>, means
 * nearer to the code: after it in the list. Gates and timeouts outside the {@link Retry} see the
 * call as a whole, those inside it each attempt. The order is checked: see {@link #of}.
 *
 * <p><b>Guarantees.</b> An exception of the code reaches the caller unchanged, also a checked one.
 * For classification the exception inside {@code CompletionException}s and {@code
 * ExecutionException}s counts: code that waits with {@code join()} or {@code get()} for a call of
 * another pipeline is judged by the exception of that call. Every {@link Gate} that admitted a call
 * is told its end exactly once, whatever is thrown, interrupted or cancelled. A refusal is a {@link
 * RejectedException} with a {@link RefusalKind}, and never counts as a failure of the backend.
 * Every future completes unless its stage never does and no {@link Timeout} watches the stage, or
 * the executor drops what it accepted. A future that is cancelled, or completed from outside,
 * cancels the running stage, and no further attempt, timer or wait remains. Every wait is clipped
 * to the {@link dev.tenfold.core.Deadline} and to the timeouts further out: a reservation or
 * backoff that would outlast them is not begun, and a call leaves a queue when they end. A first
 * attempt without a wait and without a timeout does not look at the deadline. The {@link
 * dev.tenfold.core.Ambient} context of the caller holds in every attempt, on every thread.
 *
 * <p>Timeouts, backoffs, reservations and queues of an asynchronous call end on time, whatever any
 * executor does: the end of an attempt, permits, budgets, the state of breakers and the decision to
 * repeat run on the timer. The timer runs no user code. User code is handed over to other threads,
 * and is late if those are busy. If the timer ends a call, a piece of the end that needs user code
 * (a classifier, a backoff, a gate of another module) is handed over too, and permits do not wait
 * for it. User code that already runs is waited for: an end during {@link Gate#enter} of another
 * module's gate takes effect when {@code enter} returns.
 *
 * <p><b>No guarantees.</b> Code that ignores interrupts or cancellation is not stopped. A stack
 * overflow that leaves no room for the exits may lose a permit, so code must not recurse through a
 * pipeline without bound. The cancellation of a future derived from the returned one does not reach
 * the call, as always with {@link CompletableFuture}.
 *
 * <p>Immutable and thread-safe. A blocking call runs on its own thread. An asynchronous call begins
 * on the caller's thread; what follows a wait runs on the {@linkplain Builder#executor executor}.
 */
public final class Pipeline {
  private final PipelineSettings settings;

  // Copies of what every blocking call reads: one access less per call.
  private final @Nullable Step first;
  private final boolean clocked;
  private final TimeSource time;

  private Pipeline(PipelineSettings settings) {
    this.settings = settings;
    this.first = settings.first;
    this.clocked = settings.clocked;
    this.time = settings.time;
  }

  /**
   * Composes policies, the first outermost. These combinations are refused:
   *
   * <ul>
   *   <li>a policy that is no {@link Gate}, {@link Retry} or {@link Timeout};
   *   <li>the same policy twice; a {@link RateLimiter#weighing} view counts as its limiter;
   *   <li>policies with different time sources;
   *   <li>two retries: to multiply them, call one pipeline inside another;
   *   <li>a {@link CircuitBreaker} outside the retry, unless {@link Builder#anyOrder} is set;
   *   <li>a timeout that is not shorter than a timeout around it and so can never fire, unless
   *       {@link Builder#anyOrder} is set.
   * </ul>
   *
   * @param name the name in messages and telemetry; not empty
   * @param policies zero or more; a pipeline without policies only calls the code
   * @return the pipeline
   * @throws IllegalArgumentException if the policies do not go together; the message names them
   */
  public static Pipeline of(String name, Policy... policies) {
    return builder(name, policies).build();
  }

  /**
   * Starts a pipeline with an executor or telemetry of its own.
   *
   * @param name as in {@link #of}
   * @param policies as in {@link #of}
   * @return a builder with the defaults its setters name
   * @throws IllegalArgumentException if the name is empty
   */
  public static Builder builder(String name, Policy... policies) {
    return new Builder(name, List.of(nonNull(name, policies)));
  }

  private static Policy[] nonNull(String name, Policy... policies) {
    Objects.requireNonNull(policies, "policies");
    for (int i = 0; i < policies.length; i++) {
      if (policies[i] == null) {
        throw new NullPointerException(
            "policy at index " + i + " of pipeline \"" + name + "\" is null");
      }
    }
    return policies;
  }

  /**
   * Calls the code through the policies.
   *
   * @param <T> the type of the result
   * @param <X> the type of the exception; two unrelated checked types infer {@code Exception}
   * @param supplier the code
   * @return the result of the last attempt
   * @throws X the exception of the last attempt
   * @throws RejectedException if a policy refused
   * @throws CallTimeoutException if a {@link Timeout} fired
   * @throws CallInterruptedException if the thread was interrupted while a policy made it wait
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // what comes out is what the supplier returned
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> supplier)
      throws X {
    Objects.requireNonNull(supplier, "supplier");
    try {
      return (T) through(supplier, false);
    } catch (GateFailure fault) {
      throw CallErrors.<X>rethrown(fault.thrown());
    }
  }

  private <T extends @Nullable Object, X extends Exception> @Nullable Object through(
      CheckedSupplier<T, X> supplier, boolean asOutcome) throws X {
    return first == null
        ? Step.code(supplier, asOutcome)
        : first.call(supplier, clocked ? time.nanoTime() : 0, null, null, asOutcome);
  }

  /**
   * Calls the code through the policies. If the call fails, the fallback gives the result.
   *
   * @param <T> the type of the result
   * @param <X> the type of the exception
   * @param supplier the code
   * @param fallback is asked outside every policy
   * @return the result of the code or of the fallback
   * @throws X the exception of the code, if the fallback does not stand in for it
   */
  public <T extends @Nullable Object, X extends Exception> T call(
      CheckedSupplier<T, X> supplier, Fallback<? extends T> fallback) throws X {
    Objects.requireNonNull(supplier, "supplier");
    Objects.requireNonNull(fallback, "fallback");
    try {
      return call(supplier);
    } catch (Exception error) {
      if (CallErrors.unwrapped(error) instanceof Exception cause
          && settings.standsIn(fallback, cause)) {
        return fallback.answer(cause);
      }
      throw error;
    }
  }

  /**
   * Runs code without a result through the policies.
   *
   * @param <X> the type of the exception
   * @param action the code
   * @throws X the exception of the last attempt
   */
  public <X extends Exception> void run(CheckedRunnable<X> action) throws X {
    Objects.requireNonNull(action, "action");
    this.<@Nullable Object, X>call(() -> {
      action.run();
      return null;
    });
  }

  /**
   * Calls the code through the policies, and returns an {@link Outcome} in place of exceptions. A
   * refusal is {@link Outcome.Rejected}. Any other {@code Exception} is {@link Outcome.Failure},
   * timeouts and interrupts included. An {@code Error} is thrown. After an interrupt the interrupt
   * flag is set.
   *
   * @param <T> the type of the result
   * @param supplier the code
   * @return the outcome of the call
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // asked for, an outcome comes out
  public <T extends @Nullable Object> Outcome<T> tryCall(
      CheckedSupplier<T, ? extends Exception> supplier) {
    Objects.requireNonNull(supplier, "supplier");
    try {
      return (Outcome<T>) through(supplier, true);
    } catch (RejectedException refusal) {
      return new Outcome.Rejected<>(refusal);
    } catch (GateFailure fault) {
      return failure(CallErrors.<RuntimeException>rethrown(fault.thrown()));
    } catch (Exception error) {
      return failure(error);
    }
  }

  private static <T extends @Nullable Object> Outcome<T> failure(Exception error) {
    if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    return CallErrors.unwrapped(error) instanceof RejectedException refusal
        ? new Outcome.Rejected<>(refusal)
        : new Outcome.Failure<>(error);
  }

  /**
   * Starts an asynchronous call through the policies. The calling thread waits for no policy; it
   * runs the supplier. A supplier that throws or returns null completes the future exceptionally,
   * and so does every refusal.
   *
   * @param <T> the type of the result
   * @param supplier starts the work and returns its stage; must not block
   * @return a future with the result of the last attempt; after a failure, the future holds the
   *     exception without {@code CompletionException}s around it
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier) {
    Objects.requireNonNull(supplier, "supplier");
    return new AsyncCall<T>(settings, supplier, null).start();
  }

  /**
   * Starts an asynchronous call through the policies. If the call fails, the fallback gives the
   * result.
   *
   * @param <T> the type of the result
   * @param supplier as in {@link #callAsync(CheckedSupplier)}
   * @param fallback is asked outside every policy, on the thread that completes the future
   * @return a future with the result of the last attempt or of the fallback
   */
  public <T extends @Nullable Object> CompletableFuture<T> callAsync(
      CheckedSupplier<? extends CompletionStage<T>, ? extends Exception> supplier,
      Fallback<? extends T> fallback) {
    Objects.requireNonNull(supplier, "supplier");
    Objects.requireNonNull(fallback, "fallback");
    return new AsyncCall<>(settings, supplier, fallback).start();
  }

  /**
   * Returns the name of the pipeline.
   *
   * @return the name
   */
  public String name() {
    return settings.name;
  }

  /**
   * Returns how often something threw that must not: a gate's {@code exit} or {@code judge}, a
   * fallback's condition, the cancellation of a stage.
   *
   * @return the number so far
   */
  public long faults() {
    return settings.faults.count();
  }

  /** Whether no policy has anything to keep, so that a new pipeline would do as well. */
  boolean idle() {
    for (Policy policy : settings.policies) {
      if (!idle(policy)) {
        return false;
      }
    }
    return true;
  }

  private static boolean idle(Policy policy) {
    if (policy instanceof Bulkhead bulkhead) {
      return bulkhead.idle();
    }
    if (policy instanceof CircuitBreaker breaker) {
      return breaker.idle();
    }
    if (policy instanceof RateLimiter limiter) {
      return limiter.idle();
    }
    return true;
  }

  @Override
  public String toString() {
    return "Pipeline[" + settings.name + "]";
  }

  /** Builds a pipeline. Not thread-safe. */
  public static final class Builder {
    private final String name;
    private final List<Policy> policies;
    private boolean anyOrder;
    private @Nullable Executor executor;
    private Telemetry telemetry = Telemetry.none();

    private Builder(String name, List<Policy> policies) {
      this.name = Checks.name("pipeline", name);
      this.policies = policies;
    }

    /**
     * Takes the order as it is given: a {@link CircuitBreaker} may stand outside the {@link Retry},
     * where it counts the retried call as one and does not stop the retries, and an inner timeout
     * may be as long as an outer one, which then always fires first. Default: both are refused.
     *
     * @return this builder
     */
    public Builder anyOrder() {
      this.anyOrder = true;
      return this;
    }

    /**
     * Sets the executor of what follows a wait of an asynchronous call: later attempts, calls that
     * a bulkhead or a limiter lets in late, and the completion of the caller's future after a
     * timeout. Default: {@link TimeSource#handOver}, which tasks of others cannot block. The
     * hand-over also calls the executor, never the timer, and runs what the executor refuses.
     *
     * <p>An executor that is busy or drops tasks delays or loses attempts and answers. Timeouts,
     * permits and decisions stay on time; an attempt that waits for a thread holds the permits it
     * was granted until it begins or a {@link Timeout} ends it.
     *
     * @param executor runs every task once, on any thread
     * @return this builder
     */
    public Builder executor(Executor executor) {
      this.executor = Objects.requireNonNull(executor, "executor");
      return this;
    }

    /**
     * Sets the telemetry that receives what callers see: the calls, the failures (exceptions that
     * are no refusals), the refusals, the duration of calls that were not refused, and {@link
     * Pipeline#faults}. Telemetry costs each call an atomic add and a reading of the clock, and one
     * more reading while the telemetry listens to the latency. Default: none.
     *
     * @param telemetry keeps the pipeline reachable, so build a pipeline once, not per call
     * @return this builder
     */
    public Builder telemetry(Telemetry telemetry) {
      this.telemetry = Objects.requireNonNull(telemetry, "telemetry");
      return this;
    }

    /**
     * Composes the policies.
     *
     * @return the pipeline
     * @throws IllegalArgumentException if the policies do not go together, as in {@link
     *     Pipeline#of}
     */
    public Pipeline build() {
      return new Pipeline(new PipelineSettings(name, policies, anyOrder, executor, telemetry));
    }
  }
}
