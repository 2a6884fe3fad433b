// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/**
 * Prints one line about the routes of many keys through a history of topologies. A process that
 * prints another line would look up data on the wrong shard.
 */
final class Digest {
  private Digest() {}

  /** Prints the line. */
  public static void main(String[] arguments) {
    System.out.println(line());
  }

  static String line() {
    Topology v1 =
        Topology.builder("İstanbul")
            .slots(1024)
            .shard("i", 3, "ß")
            .shard("I", 2, "SS")
            .shard("ı", 2, "ß")
            .shard("日本", 5)
            .build();
    Topology v2 = v1.evolve().add("𐐷", 7, "ﬁ").reweight("I", 1).pin("Straße", "i").build();
    Topology v3 = v2.evolve().remove("ı").pin(-1, "日本").pin("", "𐐷").build();
    long digest = 0;
    for (Topology topology : List.of(v1, v2, v3)) {
      digest = StableHash.hash(digest ^ StableHash.hash(topology.text()));
      ShardRouter router = ShardRouter.of(TopologySource.of(Topology.parse(topology.text())));
      for (int i = -400; i < 400; i++) {
        digest = StableHash.hash(digest ^ StableHash.hash(routes(router, i)));
      }
    }
    return v3.version() + " " + v3.checksum() + " " + Long.toHexString(digest);
  }

  private static String routes(ShardRouter router, int i) {
    StringBuilder routes = new StringBuilder();
    Object[] keys = {
      (byte) i,
      (short) i,
      i,
      (long) i << 33,
      BigInteger.valueOf(i).shiftLeft(40),
      "key-" + i,
      new StringBuilder("ключ-").append(i),
      "\uD83D\uDE80" + i,
      new UUID(i * 31L, ~i),
      ByteBuffer.allocate(8).putInt(i).array(),
      ("Straße" + (i == 0 ? "" : i)).getBytes(StandardCharsets.UTF_8),
    };
    for (Object key : keys) {
      routes.append(router.route(key)).append(' ');
    }
    routes.append(router.preference(i, 4)).append(router.preference("x" + i, 3, "ß"));
    return routes.append(router.explain("ı" + i)).toString();
  }
}
