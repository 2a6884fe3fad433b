// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.routing;

import com.dynatrace.hash4j.hashing.Hasher64;
import com.dynatrace.hash4j.hashing.Hashing;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;
import org.openjdk.jmh.infra.Blackhole;

/** What programs write themselves, after the papers and the well-known clients. */
final class Textbook {
  /** Points of a shard on a ring. */
  static final int POINTS = 160;

  private Textbook() {}

  static Router ring(int shards) {
    return new Ring(shards);
  }

  static Router ketama(int shards) {
    return new Ketama(shards);
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

  /** As spymemcached: a TreeMap of boxed points, a digest cloned for each key. */
  private static final class Ketama implements Router {
    private static final int POINTS_OF_A_DIGEST = 4;

    private final TreeMap<Long, String> points = new TreeMap<>();
    private final MessageDigest prototype;

    private Ketama(int shards) {
      try {
        prototype = MessageDigest.getInstance("MD5");
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every Java platform has MD5", e);
      }
      for (String name : names(shards)) {
        for (int i = 0; i < POINTS / POINTS_OF_A_DIGEST; i++) {
          byte[] digest = digest(name + '-' + i);
          for (int j = 0; j < POINTS_OF_A_DIGEST; j++) {
            points.put(point(digest, j), name);
          }
        }
      }
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
        throw new IllegalStateException("the platform's MD5 can be cloned", e);
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
