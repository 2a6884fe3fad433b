// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.Ambient;
import dev.tenfold.sharding.jdbc.PrimarySamples.Sample;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A scope of one read/write data source. {@link ScopeState} is what the scope has seen. */
final class ReadWriteScope implements ConsistencyScope {
  private final ConnectionBinder binder;
  private final LagProber prober;
  private final ScopeState state;
  private final Ambient.@Nullable Scope binding;

  private ReadWriteScope(
      ConnectionBinder binder,
      LagProber prober,
      ScopeState state,
      Ambient.@Nullable Scope binding) {
    this.binder = binder;
    this.prober = prober;
    this.state = state;
    this.binding = binding;
  }

  /** Opens a scope on this thread, or joins the one that is open. */
  static ReadWriteScope open(ConnectionBinder binder, LagProber prober, Token token) {
    ScopeState outer = Ambient.get(binder.scopeKey);
    ScopeState state = outer == null ? new ScopeState() : outer;
    require(state, token, binder.nodes);
    Ambient.Scope binding = outer == null ? Ambient.open(binder.scopeKey, state) : null;
    return new ReadWriteScope(binder, prober, state, binding);
  }

  /** Returns a new scope that is bound to no thread. */
  static ReadWriteScope unbound(ConnectionBinder binder, LagProber prober) {
    return new ReadWriteScope(binder, prober, new ScopeState(), null);
  }

  /** Requires of a scope what a token says. */
  private static void require(ScopeState state, Token token, Nodes nodes) {
    if (token.isNothing()) {
      return;
    }
    Token.Entry entry = token.entry();
    if (entry != null && entry.isOfCluster(nodes.members().cluster)) {
      state.raiseFloor(entry);
    } else {
      state.justNow(nodes.started());
    }
  }

  void require(Token token) {
    require(state, token, binder.nodes);
  }

  /** Asks for the sample that {@link #capture} will wait for. */
  void demandSample() {
    long since = state.seen().since;
    if (since != 0 && binder.nodes.samples().latestAfter(since) == null) {
      prober.demandRound();
    }
  }

  @Override
  public String captureToken() {
    return capture().text();
  }

  /** Returns what another scope must require to see what this one has seen. */
  Token capture() {
    if (state.hasOpenTransaction()) {
      throw new IllegalStateException(
          "a transaction of the scope of data source "
              + binder.nodes.name
              + " is open, and may write; capture the token after its end");
    }
    long since = state.seen().since;
    Token.Entry floor = state.floor();
    Token token = floor == null ? Token.NOTHING : Token.of(floor);
    if (since == 0) {
      return token;
    }
    Sample sample = prober.awaitSample(since);
    return sample == null ? Token.JUST_NOW : token.merge(Token.of(sample.position()));
  }

  @Override
  public void wrote() {
    justNow();
    prober.demandRound();
  }

  void justNow() {
    state.justNow(binder.nodes.started());
  }

  @Override
  public DataSource dataSource() {
    return view(false);
  }

  DataSource view(boolean readOnly) {
    return new ReadWriteView(binder, prober, readOnly, state);
  }

  @Override
  public void close() {
    if (binding != null) {
      binding.close();
    }
  }

  @Override
  public String toString() {
    return "ConsistencyScope[" + binder.nodes.name + "]";
  }
}
