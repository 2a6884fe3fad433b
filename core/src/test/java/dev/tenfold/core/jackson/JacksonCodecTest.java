// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.jackson;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.tenfold.core.Codec;
import dev.tenfold.core.contract.CodecContract;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

class JacksonCodecTest extends CodecContract<JacksonCodecTest.User> {

  record User(long id, String name, Instant since, BigDecimal balance, List<String> tags) {}

  private static final User ANNA =
      new User(1, "Anna ß 😀", Instant.ofEpochSecond(1, 5), new BigDecimal("1.10"), List.of("a"));

  @Override
  protected Codec<User> codec() {
    return JacksonCodec.of(User.class);
  }

  @Override
  protected List<User> values() {
    return List.of(
        ANNA,
        new User(Long.MIN_VALUE, "", Instant.EPOCH, BigDecimal.ZERO, List.of()),
        new User(Long.MAX_VALUE, "x".repeat(70_000), Instant.MAX, BigDecimal.TEN, List.of("b")));
  }

  @Override
  protected List<byte[]> malformed() {
    return List.of(
        bytes(""),
        bytes("nil"),
        bytes("null"),
        bytes("[]"),
        bytes("{\"id\":1"),
        bytes("{\"id\":\"one\"}"),
        bytes("{\"id\":1} x"),
        bytes("{\"id\":1}{\"id\":2}"));
  }

  private static byte[] bytes(String json) {
    return json.getBytes(UTF_8);
  }

  private static <T> T decode(Codec<T> codec, String json) {
    return codec.decode(ByteBuffer.wrap(bytes(json)), codec.version());
  }

  @Test
  void decode_unknownProperty_isIgnored() {
    User user = decode(codec(), "{\"id\":7,\"name\":\"Eva\",\"email\":\"added later\"}");

    assertThat(user.id()).isEqualTo(7);
    assertThat(user.name()).isEqualTo("Eva");
  }

  @Test
  void decode_unknownPropertyWithAMapperThatRefusesThem_isIgnoredAllTheSame() {
    JsonMapper strict =
        JsonMapper.builder()
            .enable(tools.jackson.databind.DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    assertThat(decode(JacksonCodec.of(User.class, strict), "{\"id\":7,\"new\":1}").id())
        .isEqualTo(7);
  }

  @Test
  void decode_missingReference_isNull() {
    assertThat(decode(codec(), "{\"id\":7}").name()).isNull();
  }

  @Test
  void decode_missingPrimitive_isZero() {
    assertThat(decode(codec(), "{\"name\":\"Eva\"}").id()).isZero();
  }

  @Test
  void decode_nullForAPrimitive_isRefused() {
    assertThatThrownBy(() -> decode(codec(), "{\"id\":null}"))
        .isInstanceOf(RuntimeException.class)
        .hasMessageContaining("id");
  }

  @Test
  void of_genericType_roundTrips() {
    Codec<Map<String, List<User>>> codec = JacksonCodec.of(new TypeReference<>() {});
    Map<String, List<User>> value = Map.of("a", List.of(ANNA));

    assertThat(codec.decode(ByteBuffer.wrap(codec.encode(value)), 0)).isEqualTo(value);
  }

  @Test
  void of_mapper_itsSettingsApply() {
    JsonMapper mapper =
        JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
    record Named(String firstName) {}

    assertThat(new String(JacksonCodec.of(Named.class, mapper).encode(new Named("Eva")), UTF_8))
        .isEqualTo("{\"first_name\":\"Eva\"}");
  }

  @Test
  void withVersion_writesThatAndReadsNoOther() {
    JacksonCodec<User> second = JacksonCodec.of(User.class).withVersion(2);
    byte[] bytes = second.encode(ANNA);

    assertThat(second.version()).isEqualTo(2);
    assertThat(second.decode(ByteBuffer.wrap(bytes), 2)).isEqualTo(ANNA);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> second.decode(ByteBuffer.wrap(bytes), 1))
        .withMessageContaining("reads version 2, not 1");
  }

  @Test
  void withVersion_negative_isRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> JacksonCodec.of(User.class).withVersion(-1))
        .withMessageContaining("-1");
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
  interface NamedByClass {}

  record Gadget(String command) implements NamedByClass {}

  @Test
  void decode_classNamedInTheInput_isRefused() {
    String json = "{\"@class\":\"" + Gadget.class.getName() + "\",\"command\":\"x\"}";

    assertThatThrownBy(() -> decode(JacksonCodec.of(NamedByClass.class), json))
        .isInstanceOf(RuntimeException.class);
  }

  @Test
  void decode_mapperWithDefaultTyping_doesNotFollowClassNames() {
    JsonMapper open =
        JsonMapper.builder()
            .activateDefaultTyping(
                tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator.builder()
                    .allowIfSubType(Object.class)
                    .build())
            .build();
    record Box(Object content) {}
    String json = "{\"content\":[\"" + Gadget.class.getName() + "\",{\"command\":\"x\"}]}";

    assertThat(decode(JacksonCodec.of(Box.class, open), json).content())
        .isNotInstanceOf(Gadget.class)
        .isInstanceOf(List.class);
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Circle.class, name = "circle"),
    @JsonSubTypes.Type(value = Square.class, name = "square")
  })
  sealed interface Shape {}

  record Circle(int radius) implements Shape {}

  record Square(int side) implements Shape {}

  @Test
  void decode_subtypeByLogicalName_works() {
    Codec<Shape> codec = JacksonCodec.of(Shape.class);

    assertThat(codec.decode(ByteBuffer.wrap(codec.encode(new Square(3))), 0))
        .isEqualTo(new Square(3));
  }
}
