// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import dev.tenfold.core.StableHash;
import dev.tenfold.sharding.jdbc.LagProbe.Position;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a token says: positions that must have been replayed, by shard. Immutable.
 *
 * <p>The text is unpadded base64 for URLs, of these bytes: a version, then (sharded tokens only) 4
 * bytes that stand for the topology, then for each position (sharded: 4 bytes that stand for the
 * shard) 4 bytes that stand for the cluster, 4 of the timeline, 8 of the offset; last 3 bytes of a
 * check sum. Whatever is not such a text says "just now".
 */
final class Token {
  static final Token NOTHING = new Token(false, 0, Map.of());
  static final Token JUST_NOW = new Token(true, 0, Map.of());
  static final int MAX_SHARDS = 16;

  private static final int UNSHARDED = 0;

  private static final byte VERSION_JUST_NOW = 0;
  private static final byte VERSION_SINGLE = 1;
  private static final byte VERSION_SHARDED = 2;
  private static final int CHECK_BYTES = 3;
  private static final int POSITION_BYTES = 16;
  private static final int MAX_LENGTH = 600;

  private final boolean justNow;

  /** Stands for the topology; 0 for a data source without shards. */
  final int topology;

  private final Map<Integer, Entry> entries; // immutable

  private Token(boolean justNow, int topology, Map<Integer, Entry> entries) {
    this.justNow = justNow;
    this.topology = topology;
    this.entries = Map.copyOf(entries);
  }

  /** A position; the cluster is represented by a hash. */
  record Entry(int cluster, long timeline, long offset) {

    static Entry of(Position position) {
      return new Entry(hash(position.cluster()), position.timeline(), position.offset());
    }

    boolean isOfCluster(@Nullable String name) {
      return name != null && hash(name) == cluster;
    }

    /** Returns the position that asks for what either of two positions of one cluster asks for. */
    Entry max(Entry other) {
      return new Entry(
          cluster,
          Math.max(timeline, other.timeline),
          Long.compareUnsigned(offset, other.offset) >= 0 ? offset : other.offset);
    }
  }

  static int hash(String name) {
    return (int) StableHash.hash(name);
  }

  static Token of(Position position) {
    return of(Entry.of(position));
  }

  static Token of(Entry entry) {
    return NOTHING.with(UNSHARDED, entry);
  }

  /** Returns a token of a topology without positions. */
  static Token sharded(int topology) {
    return new Token(false, topology == 0 ? 1 : topology, Map.of());
  }

  boolean isJustNow() {
    return justNow;
  }

  boolean isNothing() {
    return !justNow && entries.isEmpty();
  }

  /** Returns the position of a data source without shards; null if the token is not of one. */
  @Nullable Entry entry() {
    return topology == 0 ? entries.get(UNSHARDED) : null;
  }

  /** Returns the position of a shard; null if there is none. */
  @Nullable Entry entry(int shard) {
    return entries.get(shard);
  }

  /** Returns this token with a further position, or "just now" if there are too many of them. */
  Token with(int shard, Entry entry) {
    if (justNow) {
      return JUST_NOW;
    }
    Map<Integer, Entry> all = new HashMap<>(entries);
    Entry before = all.get(shard);
    if (before != null && before.cluster != entry.cluster) {
      return JUST_NOW;
    }
    all.put(shard, before == null ? entry : before.max(entry));
    return all.size() > MAX_SHARDS ? JUST_NOW : new Token(false, topology, all);
  }

  /** Returns a token that asks for everything that either of two tokens asks for. */
  Token merge(Token other) {
    if (justNow || other.justNow) {
      return JUST_NOW;
    }
    if (isNothing() || other.isNothing()) {
      return isNothing() ? other : this;
    }
    if (topology != other.topology) {
      return JUST_NOW;
    }
    Token merged = this;
    for (Map.Entry<Integer, Entry> more : other.entries.entrySet()) {
      merged = merged.justNow ? JUST_NOW : merged.with(more.getKey(), more.getValue());
    }
    return merged;
  }

  // The text.

  String text() {
    boolean single = topology == 0;
    int size = single ? POSITION_BYTES : 4 + POSITION_BYTES;
    ByteBuffer bytes =
        ByteBuffer.allocate(1 + (single ? 0 : 4) + entries.size() * size + CHECK_BYTES);
    if (justNow) {
      return encoded(new byte[] {VERSION_JUST_NOW});
    }
    bytes.put(single ? VERSION_SINGLE : VERSION_SHARDED);
    if (!single) {
      bytes.putInt(topology);
    }
    new TreeMap<>(entries)
        .forEach((shard, entry) -> {
          if (!single) {
            bytes.putInt(shard);
          }
          bytes.putInt(entry.cluster).putInt((int) entry.timeline).putLong(entry.offset);
        });
    int check = check(bytes.array(), bytes.position());
    bytes.put((byte) (check >>> 16)).put((byte) (check >>> 8)).put((byte) check);
    return encoded(bytes.array());
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static int check(byte[] bytes, int length) {
    return (int) StableHash.hash(Arrays.copyOf(bytes, length)) & 0xFF_FFFF;
  }

  /** Reads a text; null says nothing. */
  static Token parse(@Nullable String text) {
    if (text == null) {
      return NOTHING;
    }
    if (text.length() > MAX_LENGTH) {
      return JUST_NOW;
    }
    try {
      return read(Base64.getUrlDecoder().decode(text));
    } catch (IllegalArgumentException notBase64) {
      return JUST_NOW;
    }
  }

  private static Token read(byte[] bytes) {
    int length = bytes.length - CHECK_BYTES;
    if (length < 1 || check(bytes, length) != storedCheck(bytes, length)) {
      return JUST_NOW;
    }
    ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);
    byte version = in.get();
    boolean sharded = version == VERSION_SHARDED;
    int size = sharded ? 4 + POSITION_BYTES : POSITION_BYTES;
    int rest = length - 1 - (sharded ? 4 : 0);
    int max = sharded ? MAX_SHARDS : 1;
    boolean known = sharded || version == VERSION_SINGLE;
    if (!known || rest < 0 || rest % size != 0 || rest / size > max) {
      return JUST_NOW;
    }
    Token token = sharded ? sharded(in.getInt()) : NOTHING;
    while (in.hasRemaining()) {
      int shard = sharded ? in.getInt() : UNSHARDED;
      token =
          token.with(
              shard, new Entry(in.getInt(), Integer.toUnsignedLong(in.getInt()), in.getLong()));
    }
    return token;
  }

  private static int storedCheck(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) << 16 | (bytes[at + 1] & 0xFF) << 8 | (bytes[at + 2] & 0xFF);
  }

  @Override
  public String toString() {
    return justNow ? "just now" : entries.toString();
  }
}
