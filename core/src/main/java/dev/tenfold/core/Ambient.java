// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The one thread-bound context of Tenfold: an immutable list of typed values, in one thread-local.
 * It names none of its users; {@link Deadline}, {@link ReadIntent} and others each own a {@link
 * Key}.
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
 * <p>A value of this class is what {@link #capture()} saw: immutable and free to cross threads.
 * Scopes are confined to the thread that opened them and close in reverse order of opening;
 * anything else is an {@link IllegalStateException}. Reading walks the open scopes (usually none to
 * three) and allocates nothing; opening a scope allocates two small objects.
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
   * Creates a key. Keys are compared by identity: two keys of the same name are different keys.
   *
   * @param <T> the type of the value
   * @param name shown in messages
   * @return a new key
   */
  public static <T> Key<T> key(String name) {
    return new Key<>(name);
  }

  /**
   * Returns the value of the innermost open scope of this key.
   *
   * @param <T> the type of the value
   * @param key which value
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
   * @param key which value
   * @param value not null
   * @return closes the scope, on this thread
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
   * @param <T> what the code returns
   * @param <X> what it throws; two unrelated checked types infer {@code Exception}
   * @param key which value
   * @param value not null
   * @param code called once, on this thread
   * @return what it returned
   * @throws X what it threw
   */
  public static <V, T extends @Nullable Object, X extends Exception> T call(
      Key<V> key, V value, CheckedSupplier<T, X> code) throws X {
    return within(open(key, value), code);
  }

  /**
   * Runs code with a value bound to this thread.
   *
   * @param <V> the type of the value
   * @param <X> what the code throws
   * @param key which value
   * @param value not null
   * @param code run once, on this thread
   * @throws X what it threw
   */
  public static <V, X extends Exception> void run(Key<V> key, V value, CheckedRunnable<X> code)
      throws X {
    within(open(key, value), code);
  }

  /**
   * Returns what is bound to this thread now.
   *
   * @return an immutable snapshot
   */
  public static Ambient capture() {
    Ambient current = CURRENT.get();
    return current == null ? EMPTY : current;
  }

  /**
   * Binds this snapshot to the calling thread, in place of whatever was bound, until the scope is
   * closed.
   *
   * @return closes the scope, on this thread
   */
  public Scope open() {
    // A node of its own, so that a scope recognizes what it bound even if the snapshot is bound
    // twice.
    return bind(new Ambient(key, value, outer));
  }

  /**
   * Calls code with this snapshot bound to the calling thread, in place of whatever was bound.
   *
   * @param <T> what the code returns
   * @param <X> what it throws; two unrelated checked types infer {@code Exception}
   * @param code called once, on this thread
   * @return what it returned
   * @throws X what it threw
   */
  public <T extends @Nullable Object, X extends Exception> T call(CheckedSupplier<T, X> code)
      throws X {
    return within(open(), code);
  }

  /**
   * Runs code with this snapshot bound to the calling thread, in place of whatever was bound.
   *
   * @param <X> what it throws
   * @param code run once, on this thread
   * @throws X what it threw
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
   * @param task what to run
   * @return the same task under this snapshot, on whatever thread
   */
  public Runnable wrap(Runnable task) {
    Objects.requireNonNull(task, "task");
    return () -> run(task::run);
  }

  /**
   * Returns a callable that runs under this snapshot.
   *
   * @param <T> what it returns
   * @param task what to call
   * @return the same task under this snapshot, on whatever thread
   */
  public <T extends @Nullable Object> Callable<T> wrap(Callable<T> task) {
    Objects.requireNonNull(task, "task");
    return () -> call(task::call);
  }

  /**
   * Returns a supplier that runs under this snapshot.
   *
   * @param <T> what it returns
   * @param task what to call
   * @return the same task under this snapshot, on whatever thread
   */
  public <T extends @Nullable Object> Supplier<T> wrapSupplier(Supplier<T> task) {
    Objects.requireNonNull(task, "task");
    return () -> call(task::get);
  }

  /**
   * Returns an executor whose tasks run under what was bound to the thread that submitted them.
   *
   * @param executor runs the tasks
   * @return the same executor, carrying the context over
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
   * Names one ambient value. Hold it in a constant.
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
   * What {@link Ambient#open} opened. Use it in a try-with-resources statement:
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
     * Restores what was bound when this scope opened. Closing twice is harmless.
     *
     * @throws IllegalStateException on another thread than the one that opened it, or while a scope
     *     opened later is still open
     */
    @Override
    @SuppressWarnings("ReferenceEquality") // a node is bound or it is not; Ambient has no equals
    public void close() {
      if (Thread.currentThread() != owner) {
        throw new IllegalStateException(
            "scope of " + owner.getName() + " closed on " + Thread.currentThread().getName());
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
