// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a store keeps of a handler's result: the encoded value and the codec that wrote it, or the
 * reason why there is no value.
 *
 * <p>Immutable as long as nobody writes to the array.
 */
public final class StoredResult {
  /** What was stored. Stores keep {@link #code()}, which never changes. */
  public enum Kind {
    /** An encoded value. */
    VALUE('V'),
    /** The handler returned null. */
    NULL('N'),
    /** The handler returned a value of more bytes than the limit. */
    TOO_LARGE('L'),
    /** The handler returned a value that the codec refused. */
    NOT_ENCODABLE('E');

    private final char code;

    Kind(char code) {
      this.code = code;
    }

    /**
     * Returns the letter that stores keep.
     *
     * @return an ASCII letter
     */
    public char code() {
      return code;
    }

    /**
     * Returns the kind of a letter.
     *
     * @param code what {@link #code()} returned
     * @return the kind
     * @throws IllegalArgumentException if no kind has that letter
     */
    public static Kind of(char code) {
      for (Kind kind : values()) {
        if (kind.code == code) {
          return kind;
        }
      }
      throw new IllegalArgumentException("no kind of stored result has the code '" + code + "'");
    }
  }

  private final Kind kind;
  private final String codec;
  private final int version;
  private final byte @Nullable [] bytes;

  /**
   * Creates a stored result.
   *
   * @param kind what was stored
   * @param codec the id of the operation's codec
   * @param version the version of that codec
   * @param bytes the encoded value; null unless the kind is {@link Kind#VALUE}; not copied
   * @throws IllegalArgumentException if kind and bytes disagree
   */
  public StoredResult(Kind kind, String codec, int version, byte @Nullable [] bytes) {
    this.kind = Objects.requireNonNull(kind, "kind");
    this.codec = Objects.requireNonNull(codec, "codec");
    this.version = version;
    this.bytes = bytes;
    if ((kind == Kind.VALUE) != (bytes != null)) {
      throw new IllegalArgumentException(
          "a stored result of kind " + kind + (bytes == null ? " needs" : " has no") + " bytes");
    }
  }

  /**
   * Returns what was stored.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns which codec wrote it.
   *
   * @return the codec's id
   */
  public String codec() {
    return codec;
  }

  /**
   * Returns which version of the codec wrote it.
   *
   * @return the codec's version
   */
  public int version() {
    return version;
  }

  /**
   * Returns the encoded value.
   *
   * @return the array itself, null unless the kind is {@link Kind#VALUE}
   */
  public byte @Nullable [] bytes() {
    return bytes;
  }

  @Override
  public String toString() {
    int length = bytes == null ? 0 : bytes.length;
    return "StoredResult[" + kind + ", " + codec + " v" + version + ", " + length + " bytes]";
  }
}
