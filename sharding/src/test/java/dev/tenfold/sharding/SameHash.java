// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.UUID;

/** Keys of a given hash: the hash of 16 bytes can be inverted, so anyone can make such keys. */
final class SameHash {
  // The constants that XXH3 mixes into inputs of 9 to 16 bytes.
  private static final long LOW = Long.reverseBytes(0x7240a4a4b7b3671fL ^ 0xcb79e64eccc0e578L);
  private static final long HIGH = Long.reverseBytes(0x825ad07dccff7221L ^ 0xb8084674f743248eL);
  private static final long PRIME_MX1 = 0x165667919E3779F9L;

  private SameHash() {}

  /** Returns the key of a hash whose second half cancels the constant mixed into it. */
  static UUID of(long hash) {
    long value = (hash ^ (hash >>> 32)) * inverse(PRIME_MX1);
    long first = Long.reverseBytes((value ^ (value >>> 37)) - 16) ^ LOW;
    return new UUID(Long.reverseBytes(first), Long.reverseBytes(HIGH));
  }

  /**
   * Newton's iteration: each step doubles the correct bits, and an odd number begins with three.
   */
  private static long inverse(long odd) {
    long inverse = odd;
    for (int bits = 3; bits < Long.SIZE; bits *= 2) {
      inverse *= 2 - odd * inverse;
    }
    return inverse;
  }
}
