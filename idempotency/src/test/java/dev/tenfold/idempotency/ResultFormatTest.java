// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tenfold.core.Codec;
import dev.tenfold.core.Telemetry;
import dev.tenfold.idempotency.ResultUnavailableException.Reason;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ResultFormatTest {
  private final OperationCounters counters = new OperationCounters("op", Telemetry.none());
  private final ResultFormat<@Nullable String> format =
      new ResultFormat<>("op", Codec.strings(), 8, counters);

  @Test
  void decode_whatEncodeMade_equals() {
    assertThat(format.decode(format.encode("grüße"))).isEqualTo("grüße");
    assertThat(format.decode(format.encode(""))).isEmpty();
  }

  @Test
  void decode_null_isNullAndNotText() {
    StoredResult stored = format.encode(null);
    assertThat(stored.kind()).isEqualTo(StoredResult.Kind.NULL);
    assertThat(format.decode(stored)).isNull();
  }

  @Test
  void encode_exactlyTheLimit_stored() {
    assertThat(format.encode("12345678").kind()).isEqualTo(StoredResult.Kind.VALUE);
  }

  @Test
  void encode_overTheLimit_marked() {
    StoredResult stored = format.encode("123456789");
    assertThat(stored.kind()).isEqualTo(StoredResult.Kind.TOO_LARGE);
    assertThat(counters.unstorable.sum()).isEqualTo(1);
    assertReason(stored, Reason.TOO_LARGE);
  }

  @Test
  void encode_refusedByCodec_marked() {
    StoredResult stored = format.encode("\ud800");
    assertThat(stored.kind()).isEqualTo(StoredResult.Kind.NOT_ENCODABLE);
    assertReason(stored, Reason.NOT_ENCODABLE);
  }

  @Test
  void encode_codecOverflowsTheStack_marked() {
    var endless = new ResultFormat<String>("op", new EndlessCodec(), 8, counters);
    assertThat(endless.encode("a").kind()).isEqualTo(StoredResult.Kind.NOT_ENCODABLE);
  }

  @Test
  void decode_codecOverflowsTheStack_unavailable() {
    var endless = new ResultFormat<String>("op", new EndlessCodec(), 8, counters);
    StoredResult stored = new StoredResult(StoredResult.Kind.VALUE, "endless", 0, new byte[1]);
    assertThatExceptionOfType(ResultUnavailableException.class)
        .isThrownBy(() -> endless.decode(stored))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NOT_DECODABLE));
  }

  @Test
  void decode_otherCodec_unavailable() {
    assertReason(
        new StoredResult(StoredResult.Kind.VALUE, "bytes", 0, new byte[] {1}),
        Reason.NOT_DECODABLE);
  }

  @Test
  void decode_otherVersion_unavailable() {
    assertReason(
        new StoredResult(StoredResult.Kind.VALUE, "utf-8", 7, new byte[] {65}),
        Reason.NOT_DECODABLE);
  }

  @Test
  void decode_brokenBytes_unavailable() {
    assertReason(
        new StoredResult(StoredResult.Kind.VALUE, "utf-8", 0, new byte[] {(byte) 0xff}),
        Reason.NOT_DECODABLE);
    assertThat(counters.unavailable.sum()).isEqualTo(1);
  }

  private void assertReason(StoredResult stored, Reason reason) {
    assertThatExceptionOfType(ResultUnavailableException.class)
        .isThrownBy(() -> format.decode(stored))
        .satisfies(e -> assertThat(e.reason()).isEqualTo(reason));
  }

  private static final class EndlessCodec implements Codec<String> {
    @Override
    public String id() {
      return "endless";
    }

    @Override
    public int version() {
      return 0;
    }

    @Override
    public byte[] encode(String value) {
      throw new StackOverflowError();
    }

    @Override
    public String decode(ByteBuffer bytes, int version) {
      throw new StackOverflowError();
    }
  }
}
