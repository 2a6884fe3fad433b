// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.jackson;

import dev.tenfold.core.Checks;
import dev.tenfold.core.Codec;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;

/**
 * Encodes values as JSON with Jackson 3.
 *
 * <pre>{@code
 * Codec<User> users = JacksonCodec.of(User.class);
 * Codec<List<User>> lists = JacksonCodec.of(new TypeReference<List<User>>() {});
 * }</pre>
 *
 * <p><b>Guarantees.</b> Stored bytes outlive programs, and during a rollout the old and the new
 * program read each other's bytes. Therefore:
 *
 * <ul>
 *   <li>A property that the type does not have is ignored, so you can add properties.
 *   <li>A missing property is null; a missing primitive is 0 or false. If that would be a wrong
 *       value, use the wrapper type or another version. A null for a primitive is refused.
 *   <li>Bytes after the value are refused, because they are a sign of damage.
 *   <li>The JSON value {@code null} is refused, because it is not a value of {@code T}.
 *   <li>The input never chooses the class to create: default typing is off, and class names are
 *       refused even if an annotation asks for them. Subtypes by logical name
 *       ({@code @JsonSubTypes}) work.
 *   <li>A value that cannot be written, and bytes that cannot be read, throw an unchecked
 *       exception.
 * </ul>
 *
 * <p><b>No guarantees.</b> A change that these rules do not cover (a property was renamed, a unit
 * was changed) needs {@link #withVersion another version}. Bytes of any other version are then
 * refused.
 *
 * <p>Immutable and thread-safe. Making a codec takes milliseconds: make one per type and keep it.
 *
 * @param <T> the type of the value
 */
public final class JacksonCodec<T> implements Codec<T> {
  private final ObjectReader reader;
  private final ObjectWriter writer;
  private final int version;

  private JacksonCodec(ObjectReader reader, ObjectWriter writer, int version) {
    this.reader = reader;
    this.writer = writer;
    this.version = version;
  }

  /**
   * Returns the codec of a type, with Jackson's default mapper.
   *
   * @param <T> the type of the value
   * @param type the class of the value, not generic
   * @return a codec of version 0
   */
  public static <T> JacksonCodec<T> of(Class<T> type) {
    return of(type, JsonMapper.shared());
  }

  /**
   * Returns the codec of a type.
   *
   * @param <T> the type of the value
   * @param type the class of the value, not generic
   * @param mapper the mapper whose settings and modules are used, except those that this class sets
   * @return a codec of version 0
   */
  public static <T> JacksonCodec<T> of(Class<T> type, JsonMapper mapper) {
    return of(mapper.constructType(Objects.requireNonNull(type, "type")), mapper);
  }

  /**
   * Returns the codec of a generic type, with Jackson's default mapper.
   *
   * @param <T> the type of the value
   * @param type an anonymous subclass that names the type
   * @return a codec of version 0
   */
  public static <T> JacksonCodec<T> of(TypeReference<T> type) {
    return of(type, JsonMapper.shared());
  }

  /**
   * Returns the codec of a generic type.
   *
   * @param <T> the type of the value
   * @param type an anonymous subclass that names the type
   * @param mapper the mapper whose settings and modules are used, except those that this class sets
   * @return a codec of version 0
   */
  public static <T> JacksonCodec<T> of(TypeReference<T> type, JsonMapper mapper) {
    return of(mapper.constructType(Objects.requireNonNull(type, "type")), mapper);
  }

  private static <T> JacksonCodec<T> of(JavaType type, JsonMapper given) {
    JsonMapper mapper =
        given
            .rebuild()
            .deactivateDefaultTyping()
            .polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    return new JacksonCodec<>(mapper.readerFor(type), mapper.writerFor(type), 0);
  }

  /**
   * Returns this codec with another version, the only one that it writes and reads.
   *
   * @param version 0 or more; raise it when the JSON of the type changes incompatibly
   * @return a codec of the version
   * @throws IllegalArgumentException if the version is negative
   */
  public JacksonCodec<T> withVersion(int version) {
    Checks.atLeast(0, "version of the codec", version);
    return new JacksonCodec<>(reader, writer, version);
  }

  @Override
  public String id() {
    return "json";
  }

  @Override
  public int version() {
    return version;
  }

  @Override
  public byte[] encode(T value) {
    return writer.writeValueAsBytes(Objects.requireNonNull(value, "value"));
  }

  @Override
  public T decode(ByteBuffer bytes, int version) {
    if (version != this.version) {
      throw new IllegalArgumentException(
          "codec json reads version " + this.version + ", not " + version);
    }
    @Nullable T value = bytes.hasArray() ? decodeInPlace(bytes) : decodeCopy(bytes);
    if (value == null) {
      throw new IllegalArgumentException("the JSON value is null; it must be a value");
    }
    return value;
  }

  private @Nullable T decodeInPlace(ByteBuffer bytes) {
    return reader.readValue(
        bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
  }

  private @Nullable T decodeCopy(ByteBuffer bytes) {
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    return reader.readValue(copy);
  }

  @Override
  public String toString() {
    return "JacksonCodec[" + reader.getValueType() + ", version " + version + "]";
  }
}
