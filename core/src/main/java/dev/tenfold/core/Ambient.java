// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The thread-bound context of Tenfold: an immutable list of typed values, in one thread-local. Each
 * user of the context owns a {@link Key}, such as {@link Deadline} and {@link ReadIntent}.
 *
 * <pre>{@code
 * static final Ambient.Key<String> TENANT = Ambient.key("tenant");
 *
 * Ambient.run(TENANT, "acme", () -> {
 *   Supplier<String> tenant = Ambient.capture().wrapSupplier(() -> Ambient.get(TENANT));
 *   CompletableFuture.supplyAsync(tenant);                                 // "acme" on any thread
 * });
 * }</pre>
 *
 * <p>An instance is a snapshot of the context, which {@link #capture()} returns.
 *
 * <p><b>Guarantees.</b> A snapshot is immutable and may be used on any thread. A scope is closed on
 * the thread that opened it, and scopes are closed in the reverse order of opening; anything else
 * throws an {@link IllegalStateException}.
 *
 * <p><b>No guarantees.</b> New threads and executors do not inherit the context: wrap the task or
 * the executor.
 *
 * <p>A read visits the open scopes (usually none to three) and allocates nothing. Opening a scope
 * allocates two small objects.
 */
public final class Ambient {
  private static final Ambient EMPTY = new Ambient(null, null, null);
  private static final ThreadLocal<Ambient> CURRENT = new ThreadLocal<>();

  private final @Nullable Key<?> key;
  private final @Nullable Object value;
  private final @Nullable Ambient outer;

  private Ambient(@Nullable Key<?> key, @Nullable Object value, @Nullable Ambient outer) {
    this.key = key;
    this.value = value;
    this.outer = outer;
  }

  /**
   * Returns a new key. Keys are compared by identity: two keys of the same name are different keys.
   *
   * @param <T> the type of the value
   * @param name the name of the key in messages
   * @return a new key
   */
  public static <T> Key<T> key(String name) {
    return new Key<>(name);
  }

  /**
   * Returns the value of the innermost open scope of a key.
   *
   * @param <T> the type of the value
   * @param key the key
   * @return the value, or null if no scope of this key is open on this thread
   */
  @SuppressWarnings("unchecked") // open() pairs the key with a value of its type
  public static <T> @Nullable T get(Key<T> key) {
    for (Ambient node = CURRENT.get(); node != null; node = node.outer) {
      if (node.key == key) {
        return (T) node.value;
      }
    }
    return null;
  }

  /**
   * Binds a value to this thread until the scope is closed.
   *
   * @param <T> the type of the value
   * @param key the key
   * @param value the value; not null
   * @return the scope, to be closed on this thread
   */
  public static <T> Scope open(Key<T> key, T value) {
    Objects.requireNonNull(key, "key");
    Objects.requireNonNull(value, "value");
    return bind(new Ambient(key, value, CURRENT.get()));
  }

  /**
   * Calls code with a value bound to this thread.
   *
   * @param <V> the type of the value
   * @param <T> the type of the code's result
   * @param <X> the exception of the code; {@code Exception} for two unrelated checked types
   * @param key the key
   * @param value the value; not null
   * @param code the code; called once, on this thread
   * @return the result of the code
   * @throws X if the code threw
   */
  public static <V, T extends @Nullable Object, X extends Exception> T call(
      Key<V> key, V value, CheckedSupplier<T, X> code) throws X {
    return within(open(key, value), code);
  }

  /**
   * Runs code with a value bound to this thread.
   *
   * @param <V> the type of the value
   * @param <X> the exception of the code
   * @param key the key
   * @param value the value; not null
   * @param code the code; run once, on this thread
   * @throws X if the code threw
   */
  public static <V, X extends Exception> void run(Key<V> key, V value, CheckedRunnable<X> code)
      throws X {
    within(open(key, value), code);
  }

  /**
   * Returns a snapshot of the values that are bound to this thread.
   *
   * @return an immutable snapshot
   */
  public static Ambient capture() {
    Ambient current = CURRENT.get();
    return current == null ? EMPTY : current;
  }

  /**
   * Binds this snapshot to the calling thread until the scope is closed. It replaces all values
   * that were bound.
   *
   * @return the scope, to be closed on this thread
   */
  public Scope open() {
    // A new node, so that a scope recognizes its own node even if the snapshot is bound twice.
    return bind(new Ambient(key, value, outer));
  }

  /**
   * Calls code with this snapshot bound to the calling thread. It replaces all values that were
   * bound.
   *
   * @param <T> the type of the code's result
   * @param <X> the exception of the code; {@code Exception} for two unrelated checked types
   * @param code the code; called once, on this thread
   * @return the result of the code
   * @throws X if the code threw
   */
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> code)
      throws X {
    return within(open(), code);
  }

  /**
   * Runs code with this snapshot bound to the calling thread. It replaces all values that were
   * bound.
   *
   * @param <X> the exception of the code
   * @param code the code; run once, on this thread
   * @throws X if the code threw
   */
  public <X extends Exception> void run(CheckedRunnable<X> code) throws X {
    within(open(), code);
  }

  static <T extends @Nullable Object, X extends Exception> T within(
      Scope scope, CheckedSupplier<T, X> code) throws X {
    try (scope) {
      return Objects.requireNonNull(code, "code").get();
    }
  }

  static <X extends Exception> void within(Scope scope, CheckedRunnable<X> code) throws X {
    try (scope) {
      Objects.requireNonNull(code, "code").run();
    }
  }

  /**
   * Returns a task that runs under this snapshot.
   *
   * @param task the task
   * @return a task that may run on any thread
   */
  public Runnable wrap(Runnable task) {
    Objects.requireNonNull(task, "task");
    return () -> run(task::run);
  }

  /**
   * Returns a callable that runs under this snapshot.
   *
   * @param <T> the type of the result
   * @param task the callable
   * @return a callable that may run on any thread
   */
  public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    return () -> call(task::call);
  }

  /**
   * Returns a supplier that runs under this snapshot.
   *
   * @param <T> the type of the result
   * @param task the supplier
   * @return a supplier that may run on any thread
   */
  public <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<T> task) {
    Objects.requireNonNull(task, "task");
    return () -> call(task::get);
  }

  /**
   * Returns an executor whose tasks run with the values of the thread that submitted them.
   *
   * @param executor the executor that runs the tasks
   * @return an executor that carries the context over
   */
  public static Executor wrap(Executor executor) {
    Objects.requireNonNull(executor, "executor");
    return task -> executor.execute(capture().wrap(task));
  }

  private static Scope bind(Ambient bound) {
    Ambient before = CURRENT.get();
    CURRENT.set(bound);
    return new Scope(bound, before);
  }

  @Override
  public String toString() {
    var text = new StringBuilder("Ambient[");
    for (Ambient node = this; node != null && node.key != null; node = node.outer) {
      text.append(node == this ? "" : ", ").append(node.key).append('=').append(node.value);
    }
    return text.append(']').toString();
  }

  /**
   * The key of one ambient value. Keep it in a constant.
   *
   * <p><b>Guarantees.</b> Compared by identity: only code that has the key can read the value.
   *
   * <p><b>No guarantees.</b> The name need not be unique.
   *
   * @param <T> the type of the value
   */
  @SuppressWarnings("UnusedTypeParameter") // a phantom type: get() and open() agree by it
  public static final class Key<T> {
    private final String name;

    private Key(String name) {
      this.name = Objects.requireNonNull(name, "name");
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /**
   * The scope in which a value is bound. Close it by a try-with-resources statement:
   *
   * <pre>{@code
   * Ambient.Scope scope = Ambient.open(TENANT, "acme");
   * try (scope) {
   *   ...
   * }
   * }</pre>
   *
   * <p>The shorter {@code try (var scope = Ambient.open(...))} does the same, but javac's lint
   * {@code try} warns that {@code scope} is never used.
   *
   * <p><b>Guarantees.</b> Closing restores the values that were bound before.
   *
   * <p><b>No guarantees.</b> A scope that is never closed stays bound to its thread.
   */
  public static final class Scope implements AutoCloseable {
    private final Thread owner = Thread.currentThread();
    private final Ambient bound;
    private final @Nullable Ambient before;
    private boolean closed;

    private Scope(Ambient bound, @Nullable Ambient before) {
      this.bound = bound;
      this.before = before;
    }

    /**
     * Restores the values that were bound before this scope. Closing twice is harmless.
     *
     * @throws IllegalStateException on another thread than the one that opened the scope, or while
     *     a scope that was opened later is still open
     */
    @Override
    @SuppressWarnings("ReferenceEquality") // a node is bound or it is not; Ambient has no equals
    public void close() {
      if (Thread.currentThread() != owner) {
        throw new IllegalStateException(
            "a scope of thread "
                + owner.getName()
                + " was closed on thread "
                + Thread.currentThread().getName());
      }
      if (closed) {
        return;
      }
      if (CURRENT.get() != bound) {
        throw new IllegalStateException("a scope opened later is still open inside " + bound);
      }
      closed = true;
      if (before == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(before);
      }
    }
  }
}
