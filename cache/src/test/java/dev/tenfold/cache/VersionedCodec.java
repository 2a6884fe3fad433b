// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;

/** A codec of strings with a version; a version reads itself and all earlier ones. */
record VersionedCodec(int version) implements Codec<String> {
  @Override
  public String id() {
    return "versioned";
  }

  @Override
  public byte[] encode(String value) {
    return Codec.strings().encode(value);
  }

  @Override
  public String decode(ByteBuffer bytes, int written) {
    if (written > version) {
      throw new IllegalArgumentException("version " + written);
    }
    return Codec.strings().decode(bytes, 0);
  }
}
