// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.UUID;

/** Keys of every type, the same in every JVM. */
final class Keys {
  private Keys() {}

  static Object of(int number) {
    long mixed = StableHash.hash((long) number);
    return switch (number % 6) {
      case 0 -> number;
      case 1 -> -mixed;
      case 2 -> "tenant-" + number;
      case 3 -> "İstanbul-ığ日本𝄞-" + number;
      case 4 -> new UUID(mixed, number);
      default -> ("bytes-" + number).getBytes(StandardCharsets.UTF_16);
    };
  }
}
