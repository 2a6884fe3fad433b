// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The result of a handler as a store keeps it: the encoded value and the codec that wrote it, or
 * the reason why there is no value.
 *
 * <p><b>Guarantees.</b> There are bytes if and only if the kind is {@link Kind#VALUE}.
 *
 * <p><b>No guarantees.</b> The array is not copied: the object is immutable only while nobody
 * writes to the array.
 */
public final class StoredResult {
  /** The kind of a stored result. Stores keep {@link #code()}, which never changes. */
  public enum Kind {
    /** An encoded value. */
    VALUE('V'),
    /** The handler returned null. */
    NULL('N'),
    /** The handler returned a value with more bytes than the limit. */
    TOO_LARGE('L'),
    /** The handler returned a value that the codec could not encode. */
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
     * @param code the letter that {@link #code()} returned
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
   * @param kind the kind
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
   * Returns the kind of the result.
   *
   * @return the kind
   */
  public Kind kind() {
    return kind;
  }

  /**
   * Returns the id of the codec that wrote the result.
   *
   * @return the codec's id
   */
  public String codec() {
    return codec;
  }

  /**
   * Returns the version of the codec that wrote the result.
   *
   * @return the codec's version
   */
  public int version() {
    return version;
  }

  /**
   * Returns the encoded value.
   *
   * @return the array itself; null unless the kind is {@link Kind#VALUE}
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
