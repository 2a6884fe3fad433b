// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.sharding.HotKeys;
import dev.tenfold.sharding.ShardId;
import dev.tenfold.sharding.ShardRouter;
import dev.tenfold.sharding.ShardStrategy;
import dev.tenfold.sharding.Topology;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * What a scope over several shards has seen: one {@link ReadWriteScope} for each shard that was
 * used, and the token with which the scope was opened. If the topology changes, or is another one
 * than that of the token, a slot may have moved, so everything counts as written just now.
 */
final class ShardScopes {
  private final ShardStrategy strategy;
  private final Function<ShardId, ? extends @Nullable DataSource> shards;
  private final Map<ShardId, OfShard> scopes = new ConcurrentHashMap<>();
  private volatile @Nullable Object mapping;
  private final AtomicReference<Token> required = new AtomicReference<>(Token.NOTHING);
  private volatile boolean justNow;

  /** The scope of a shard, and the data source that the shard had then. */
  private record OfShard(ReadWriteView source, ReadWriteScope scope) {}

  ShardScopes(ShardStrategy strategy, Function<ShardId, ? extends @Nullable DataSource> shards) {
    this.strategy = strategy;
    this.shards = shards;
    this.mapping = mapping(strategy);
  }

  /** Returns an object that changes with the topology; null if a strategy never changes. */
  private static @Nullable Topology mapping(ShardStrategy strategy) {
    if (strategy instanceof ShardRouter router) {
      return router.topology();
    }
    return strategy instanceof HotKeys hot ? hot.router().topology() : null;
  }

  /** Returns what stands for the topology in a token. */
  private int topology() {
    Topology topology = mapping(strategy);
    String name =
        topology == null
            ? strategy.shards().toString()
            : topology.name() + ' ' + topology.version() + ' ' + topology.checksum();
    return Token.hash(name) | 1;
  }

  /** Requires what a token says. */
  void require(Token token) {
    if (token.isNothing()) {
      return;
    }
    if (token.isJustNow() || token.topology != topology()) {
      everythingIsJustNow();
      return;
    }
    Token before;
    do {
      before = required.get();
    } while (!required.compareAndSet(before, before.merge(token)));
    scopes.forEach((shard, of) -> requireOf(of.scope, shard));
  }

  private void requireOf(ReadWriteScope scope, ShardId shard) {
    Token token = required.get();
    Token.Entry entry = token.entry(Token.hash(shard.value()));
    if (justNow || token.isJustNow()) {
      scope.justNow();
    } else if (entry != null) {
      scope.require(Token.of(entry));
    }
  }

  void everythingIsJustNow() {
    justNow = true;
    scopes.values().forEach(of -> of.scope.justNow());
  }

  /** Returns the view of a shard's data source whose connections belong to this scope. */
  DataSource view(ShardId shard, DataSource source) {
    ReadWriteView split = split(source);
    if (split == null) {
      return source; // one server: it has what was written to it
    }
    noticeTopology();
    OfShard known = scopes.get(shard);
    if (known == null || !known.source.isOf(split)) {
      known = scopes.compute(shard, (id, before) -> opened(split, before));
      requireOf(known.scope, shard); // also what was required since the scope was opened
    }
    return known.scope.view(split.isReadOnly());
  }

  /** Returns the read/write data source behind one of its views, or behind a wrapper. */
  private static @Nullable ReadWriteView split(DataSource source) {
    if (source instanceof ReadWriteDataSource all) {
      return all.view();
    }
    if (source instanceof ReadWriteView view) {
      return view;
    }
    try {
      return source.isWrapperFor(ReadWriteDataSource.class)
          ? source.unwrap(ReadWriteDataSource.class).view()
          : null;
    } catch (SQLException notAWrapper) {
      return null;
    }
  }

  private static OfShard opened(ReadWriteView split, @Nullable OfShard before) {
    if (before != null && before.source.isOf(split)) {
      return before;
    }
    ReadWriteScope scope = ReadWriteScope.unbound(split.binder, split.prober);
    if (before != null) { // another data source may have another server
      scope.justNow();
    }
    return new OfShard(split, scope);
  }

  @SuppressWarnings("ReferenceEquality") // a new topology is a new object
  private void noticeTopology() {
    Object now = mapping(strategy);
    if (now != mapping) {
      everythingIsJustNow(); // before another thread sees the new mapping
      mapping = now;
    }
  }

  /** Returns what another scope must require to see what this one has seen. */
  Token capture() {
    noticeTopology();
    Token before = required.get();
    boolean anew = justNow || before.isJustNow();
    if (anew) {
      List<ShardId> all = strategy.shards();
      if (all.size() > Token.MAX_SHARDS) {
        return Token.JUST_NOW;
      }
      for (ShardId shard : all) { // whatever was not used was written just now too
        DataSource source = shards.apply(shard);
        if (source != null) {
          view(shard, source);
        }
      }
    }
    scopes.values().forEach(of -> of.scope.demandSample());
    Token token = anew || before.isNothing() ? Token.sharded(topology()) : before;
    for (Map.Entry<ShardId, OfShard> of : scopes.entrySet()) {
      Token captured = of.getValue().scope.capture();
      Token.Entry entry = captured.entry();
      if (captured.isJustNow()) {
        return Token.JUST_NOW;
      }
      if (entry != null) {
        token = token.with(Token.hash(of.getKey().value()), entry);
      }
    }
    return token;
  }
}
