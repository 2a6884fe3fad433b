// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.Blackhole;

/** Routers as programs write them, after the papers and the well-known clients. */
final class Textbook {
  /** The number of points of a shard on a ring. */
  static final int POINTS = 160;

  private Textbook() {}

  static Router ring(int shards) {
    return new Ring(shards);
  }

  static Router ketama(int shards) {
    return new Ketama(shards);
  }

  static Router ketamaArray(int shards) {
    return new KetamaArray(new Ketama(shards));
  }

  static Router logarithms(int shards, int heaviest) {
    return new Logarithms(shards, heaviest);
  }

  static Router highestHash(int shards) {
    return new HighestHash(shards);
  }

  private static String owner(TreeMap<Long, String> points, long point) {
    Map.Entry<Long, String> next = points.ceilingEntry(point);
    return (next == null ? points.firstEntry() : next).getValue();
  }

  private static long[] seeds(int shards) {
    Hasher64 text = Hashing.komihash5_0();
    long[] seeds = new long[shards];
    for (int i = 0; i < shards; i++) {
      seeds[i] = text.hashCharsToLong(Tenfold.name(i));
    }
    return seeds;
  }

  private static String[] names(int shards) {
    String[] names = new String[shards];
    for (int i = 0; i < shards; i++) {
      names[i] = Tenfold.name(i);
    }
    return names;
  }

  private static final class Ring implements Router {
    private final TreeMap<Long, String> points = new TreeMap<>();
    private final Hasher64 text = Hashing.komihash5_0();

    private Ring(int shards) {
      for (String name : names(shards)) {
        for (int point = 0; point < POINTS; point++) {
          points.put(text.hashCharsToLong(name + '#' + point), name);
        }
      }
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(owner(points, Keys.mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(owner(points, text.hashCharsToLong(key)));
    }
  }

  /** The ring of spymemcached: a TreeMap of boxed points, a digest cloned for each key. */
  static final class Ketama implements Router {
    private static final int POINTS_OF_A_DIGEST = 4;

    private final TreeMap<Long, String> points = new TreeMap<>();
    private final MessageDigest prototype;

    Ketama(int shards) {
      try {
        prototype = MessageDigest.getInstance("MD5");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("this platform has no MD5", e);
      }
      for (String name : names(shards)) {
        for (int i = 0; i < digests(shards); i++) {
          byte[] digest = digest(name + '-' + i);
          for (int j = 0; j < POINTS_OF_A_DIGEST; j++) {
            points.put(point(digest, j), name);
          }
        }
      }
    }

    /** As libmemcached computes the number for equal weights, in float: 39 for 100 shards. */
    private static int digests(int shards) {
      float share = 1 / (float) shards;
      return (int) (share * POINTS / POINTS_OF_A_DIGEST * shards);
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(owner(points, Keys.mix(key) >>> Integer.SIZE));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(owner(points, point(digest(key), 0)));
    }

    private byte[] digest(String text) {
      try {
        MessageDigest md5 = (MessageDigest) prototype.clone();
        return md5.digest(text.getBytes(StandardCharsets.UTF_8));
      } catch (CloneNotSupportedException e) {
        throw new IllegalStateException("MD5 of this platform cannot be cloned", e);
      }
    }

    private static long point(byte[] digest, int index) {
      int at = index * Integer.BYTES;
      return (digest[at + 3] & 0xFFL) << 24
          | (digest[at + 2] & 0xFFL) << 16
          | (digest[at + 1] & 0xFFL) << 8
          | digest[at] & 0xFFL;
    }
  }

  /**
   * The points of the ring in one sorted {@code long[]}: the point in the upper 32 bits below the
   * sign, the number of the shard in the lower 31.
   */
  static final class KetamaArray implements Router {
    private static final int SHIFT = 31;

    private final Ketama ring;
    private final String[] names;
    private final long[] points;

    KetamaArray(Ketama ring) {
      this.ring = ring;
      names = ring.points.values().stream().distinct().toArray(String[]::new);
      Map<String, Integer> numbers = new HashMap<>();
      for (int i = 0; i < names.length; i++) {
        numbers.put(names[i], i);
      }
      points =
          ring.points.entrySet().stream()
              .mapToLong(point -> point.getKey() << SHIFT | numbers.get(point.getValue()))
              .toArray();
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(owner(Keys.mix(key) >>> Integer.SIZE));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(owner(Ketama.point(ring.digest(key), 0)));
    }

    String owner(long point) {
      int found = Arrays.binarySearch(points, point << SHIFT);
      int next = found < 0 ? -found - 1 : found;
      return names[(int) points[next == points.length ? 0 : next] & Integer.MAX_VALUE];
    }
  }

  private static final class Logarithms implements Router {
    private final String[] names;
    private final long[] seeds;
    private final double[] weights;
    private final Hasher64 text = Hashing.komihash5_0();

    private Logarithms(int shards, int heaviest) {
      names = names(shards);
      seeds = seeds(shards);
      weights = new double[shards];
      for (int i = 0; i < shards; i++) {
        weights[i] = Tenfold.weight(i, heaviest);
      }
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(best(Keys.mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(best(text.hashCharsToLong(key)));
    }

    private String best(long hash) {
      int best = 0;
      double bestScore = 0;
      for (int i = 0; i < seeds.length; i++) {
        double u = ((Keys.mix(hash ^ seeds[i]) >>> 11) + 0.5) * 0x1p-53;
        double score = -weights[i] / Math.log(u);
        if (score > bestScore) {
          best = i;
          bestScore = score;
        }
      }
      return names[best];
    }
  }

  private static final class HighestHash implements Router {
    private final String[] names;
    private final long[] seeds;
    private final Hasher64 text = Hashing.komihash5_0();

    private HighestHash(int shards) {
      names = names(shards);
      seeds = seeds(shards);
    }

    @Override
    public void route(long key, Blackhole sink) {
      sink.consume(best(Keys.mix(key)));
    }

    @Override
    public void route(String key, Blackhole sink) {
      sink.consume(best(text.hashCharsToLong(key)));
    }

    private String best(long hash) {
      int best = 0;
      long bestScore = Long.MIN_VALUE;
      for (int i = 0; i < seeds.length; i++) {
        long score = Keys.mix(hash ^ seeds[i]);
        if (score > bestScore) {
          best = i;
          bestScore = score;
        }
      }
      return names[best];
    }
  }
}
