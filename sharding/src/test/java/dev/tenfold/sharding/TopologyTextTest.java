// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Random;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyTextTest {
  private static final Topology SMALL =
      Topology.builder("orders")
          .slots(32)
          .shard("s0", 1, "eu-a")
          .shard("s1", 1)
          .build()
          .evolve()
          .pin("tenant-7", "s1")
          .pin(42, "s0")
          .pin("", "s0")
          .build();

  /** Frozen: stored texts must stay readable for ever. */
  @Test
  void text_golden_neverChanges() {
    assertThat(SMALL.text())
        .isEqualTo(
            """
            tenfold-topology 1
            name orders
            version 2
            hash tenfold-h1
            slots 32
            shard s0 weight 1 zone eu-a
            shard s1 weight 1
            owns s0 2 4 6 8-11 14 19-20 22 26 28-31
            owns s1 0-1 3 5 7 12-13 15-18 21 23-25 27
            pin - s0
            pin 2a00000000000000 s0
            pin 74656e616e742d37 s1
            checksum 71d1ea408286cc28
            """);
  }

  static LongStream seeds() {
    return LongStream.range(0, 200);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void parse_whatTextWrote_isTheSameTopology(long seed) {
    Random random = new Random(seed);
    Topology.Builder builder = Topology.builder("t-" + seed).slots(1 << (7 + random.nextInt(4)));
    int shards = 1 + random.nextInt(4);
    for (int i = 0; i < shards; i++) {
      String id = random.nextBoolean() ? "日本-" + i : "s" + random.nextInt(1000) + "-" + i;
      if (random.nextBoolean()) {
        builder.shard(id, 1 + random.nextInt(5));
      } else {
        builder.shard(id, 1 + random.nextInt(5), "zone-" + random.nextInt(3));
      }
    }
    Topology.Evolution next = builder.build().evolve().add("last", 3);
    for (int i = random.nextInt(20); i > 0; i--) {
      byte[] key = new byte[random.nextInt(129)];
      random.nextBytes(key);
      try {
        next.pin(key, "last");
      } catch (IllegalArgumentException pinnedBefore) {
        assertThat(pinnedBefore).hasMessageContaining("before");
      }
    }
    Topology topology = next.build();

    Topology read = Topology.parse(topology.text());

    assertThat(read.text()).isEqualTo(topology.text());
    assertThat(read.checksum()).isEqualTo(topology.checksum()).hasSize(16);
    assertThat(topology.text()).endsWith("checksum " + topology.checksum() + "\n");
    assertThat(read.pins()).isEqualTo(topology.pins());
    assertThat(read.shards()).isEqualTo(topology.shards());
    assertThat(IntStream.range(0, read.slots()).mapToObj(read::ownerOf))
        .containsExactlyElementsOf(
            IntStream.range(0, read.slots()).mapToObj(topology::ownerOf).toList());
    for (ShardId shard : read.shards()) {
      assertThat(read.weight(shard)).isEqualTo(topology.weight(shard));
      assertThat(read.zone(shard)).isEqualTo(topology.zone(shard));
      assertThat(read.quota(shard)).isEqualTo(topology.quota(shard));
    }
    assertThat(read.evolve().reweight("last", 2).build().text())
        .isEqualTo(topology.evolve().reweight("last", 2).build().text());
  }

  @Test
  void parse_cutAnywhere_isRefused() {
    String text = SMALL.text();
    for (int end = 0; end < text.length(); end++) {
      String cut = text.substring(0, end);
      assertThatThrownBy(() -> Topology.parse(cut))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("topology text");
    }
  }

  @Test
  void parse_anyCharacterEdited_isRefused() {
    String text = SMALL.text();
    for (int at = 0; at < text.length(); at++) {
      StringBuilder edited = new StringBuilder(text);
      edited.setCharAt(at, text.charAt(at) == '1' ? '2' : '1');
      assertThatThrownBy(() -> Topology.parse(edited.toString()))
          .as("character %s", at)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("topology text");
    }
  }

  /** Edited texts with the right checksum. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "tenfold-topology 1 | tenfold-topology 2 | begins with \"tenfold-topology 2\"",
        "version 2 | version 0 | version is 0; it must be from 1",
        "version 2 | version 9223372036854775808 | version is \"9223372036854775808\"; it must be a number",
        "version 2 | version 02 | not canonical: line 3",
        "version 2 | version  2 | expected \"version\" and a word",
        "tenfold-h1 | tenfold-h2 | hash \"tenfold-h2\" is unknown; this release has tenfold-h1",
        "slots 32 | slots 33 | slots is 33; it must be a power of two",
        "slots 32 | slots 64 | no shard owns slot 32",
        "slots 32 | slots 16 | number of shards is 2; with slots(16) it must be at most 1",
        "owns s1 0-1 | owns s1 0-1 32 | line 9: slot is 32; it must be from 0 to 31",
        "slots 32 | slots 131072 | slots is 131072; it must be from 0 to 65536",
        "s0 weight 1 | s0 weight 0 | weight is 0; it must be from 1 to 1000000",
        "s0 weight 1 | s0 weight 3 | it must own",
        "s0 weight 1 | s0 weights 1 | expected \"weight\", found \"weights\"",
        "s1 weight 1 | s2 weight 1 | expected the slots that shard s2 owns",
        "shard s1 weight 1 | shard s1 weight 1 zone | a line of shard has 5 words; it must have 4",
        "shard s1 weight 1 | shard s1 | a line of shard has 2 words; it must have 4",
        "pin - s0 | pin - s3 | does not have: \"\" -> s3",
        "pin - s0 | pin 0 s0 | topology text, line",
        "pin - s0 | pin - | a line of pin has 2 words; it must have 3",
        "pin - s0 | pun - s0 | unexpected \"pun - s0\"",
        "pin - s0 | pin 2A s0 | not canonical: line 10",
        "pin - s0 | pun - s0 | topology text, line 10: unexpected",
        "pin - s0 | pin - | topology text, line 10: a line of pin",
        "owns s1 | owns s0 | topology text, line 9: expected",
        "shard s1 | shard s- | topology text, line 7: shard s- comes after shard s0",
        "shard s1 | shard s0 | topology text, line 7: shard s0 comes after shard s0",
        "s0 weight 1 | s0 weight 3 | topology text: shard s0 owns",
        "slots 32 | slots 64 | topology text: no shard owns slot 32",
        "pin - s0 | pin - s3 | topology text: topology orders would pin",
      })
  void parse_editedWithANewChecksum_isRefused(String from, String to, String message) {
    String text = SMALL.text();
    assertThat(text).contains(from);
    assertRefused(withRightChecksum(text.replace(from, to)), message);
  }

  @Test
  void parse_ownersEditedWithANewChecksum_isRefused() {
    String text = SMALL.text();
    String first =
        text.lines().filter(line -> line.startsWith("owns s0")).findFirst().orElseThrow();
    String slots = first.substring("owns s0 ".length());
    assertRefused(
        withRightChecksum(text.replace(first, "owns s0")), "expected the slots that shard s0 owns");
    assertRefused(
        withRightChecksum(text.replace(first, first + " 31-30")), "end before their first slot");
    assertRefused(withRightChecksum(text.replace(first, first + " " + slots)), "has two owners");
    assertRefused(
        withRightChecksum(text.replace(first, first + " x")), "slot is \"x\"; it must be a number");
    assertRefused(withRightChecksum(text.replace(first, "owns s0 0-31")), "has two owners");
    assertRefused(
        withRightChecksum(text.replace("owns s0", "owns s1")), "expected the slots that shard s0");
  }

  @Test
  void parse_anotherOrder_isRefused() {
    String pins = "pin 2a00000000000000 s0\npin 74656e616e742d37 s1\n";
    assertThat(SMALL.text()).contains(pins);
    String swapped = "pin 74656e616e742d37 s1\npin 2a00000000000000 s0\n";
    assertRefused(withRightChecksum(SMALL.text().replace(pins, swapped)), "not canonical");
    assertRefused(
        withRightChecksum(SMALL.text().replace("pin - s0\n", "pin - s0\npin - s0\n")),
        "is pinned twice");
  }

  /** More shards than the index of an owner can number. */
  @Test
  void parse_fortyThousandShards_isRefused() {
    StringBuilder text =
        new StringBuilder("tenfold-topology 1\nname t\nversion 1\nhash tenfold-h1\nslots 65536\n");
    for (int i = 0; i < 40_000; i++) {
      text.append(String.format(Locale.ROOT, "shard s%05d weight 1\n", i));
    }
    for (int i = 0; i < 40_000; i++) {
      text.append(String.format(Locale.ROOT, "owns s%05d %d\n", i, i));
    }
    assertRefused(
        withRightChecksum(text + "checksum \n"),
        "number of shards is 40000; with slots(65536) it must be at most 4096");
  }

  @Test
  void parse_hugeWords_areRefusedInAShortMessage() {
    String huge = "5".repeat(4_000_000);
    for (String edit :
        new String[] {
          "name orders | name " + huge,
          "version 2 | version " + huge,
          "tenfold-h1 | " + huge,
          "slots 32 | slots " + huge,
          "shard s0 | shard " + huge,
          "weight 1 | weight " + huge,
          "weight 1 | " + huge + " 1",
          "eu-a | " + huge,
          "owns s0 | owns " + huge,
          "owns s0 2 | owns s0 " + huge,
          "pin - | pin " + huge,
          "pin - | pin 5" + huge,
          "pin - | pin z" + huge,
          "pin - s0 | pin - " + huge,
          "pin - s0 | " + huge,
        }) {
      String[] fromTo = edit.split(" \\| ");
      String text = withRightChecksum(SMALL.text().replaceFirst(fromTo[0], fromTo[1]));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Topology.parse(text))
          .satisfies(
              refusal -> assertThat(refusal.getMessage()).as(fromTo[0]).hasSizeLessThan(500));
    }
  }

  @Test
  void parse_longerThanTheMost_isRefusedWithTheLimit() {
    String text = SMALL.text();
    String filled = text.replace("eu-a", "z".repeat((1 << 22) - text.length() + 4));
    assertRefused(withRightChecksum(filled), "zone of shard s0");
    assertRefused(withRightChecksum(filled.replace("weight 1", "weight 11")), "4194306");
  }

  /** The text is one character too short for a checksum. */
  @Test
  void parse_wholeLinesButNoChecksum_isRefused() {
    assertRefused("tenfold-topology 1\nname \n", "truncated");
  }

  @Test
  void parse_carriageReturns_areRefused() {
    assertRefused(SMALL.text().replace("\n", "\r\n"), "carriage return");
  }

  @Test
  void parse_byteOrderMark_isRefused() {
    assertRefused('\ufeff' + SMALL.text(), "byte order mark");
  }

  @Test
  void parse_lineFeedsAtTheEndNoneOrTwo_areRefusedSayingSo() {
    String text = SMALL.text();
    assertRefused(text.substring(0, text.length() - 1), "digits and a line feed");
    assertRefused(text + "\n", "digits and a line feed");
  }

  /** The refusal of an edited text does not contain the checksum that would fit. */
  @Test
  void parse_edited_isRefusedWithoutTheChecksumThatWouldFit() {
    String edited = SMALL.text().replace("s0 weight 1", "s0 weight 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.parse(edited))
        .withMessageContaining(SMALL.checksum())
        .withMessageContaining("evolve")
        .satisfies(refusal ->
            assertThat(refusal.getMessage())
                .doesNotContain(TopologyText.checksumOf(withRightChecksum(edited))));
  }

  private static void assertRefused(String text, String message) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Topology.parse(text))
        .withMessageContaining("topology text")
        .withMessageContaining(message);
  }

  /** Returns a topology whose text was edited and given the right checksum. */
  static Topology edited(Topology topology, String from, String to) {
    assertThat(topology.text()).contains(from);
    return Topology.parse(withRightChecksum(topology.text().replace(from, to)));
  }

  private static String withRightChecksum(String text) {
    String body = text.substring(0, text.lastIndexOf("checksum "));
    long checksum = StableHash.hash(body.getBytes(StandardCharsets.UTF_8));
    return body + "checksum " + HexFormat.of().toHexDigits(checksum) + "\n";
  }

  @Test
  void text_largestTopology_isReadAgain() {
    Topology.Builder builder = Topology.builder("x".repeat(128)).slots(65_536);
    for (int i = 0; i < 4096; i++) {
      builder.shard("s".repeat(123) + String.format(Locale.ROOT, "%05d", i), 1, "z".repeat(128));
    }
    for (int i = 0; i < 4096; i++) {
      builder.pin(
          ("k".repeat(123) + String.format(Locale.ROOT, "%05d", i)), "s".repeat(123) + "00000");
    }
    Topology largest = builder.build();

    assertThat(Topology.parse(largest.text()).checksum()).isEqualTo(largest.checksum());
  }

  @Test
  void pin_keysForPeople_areLegible() {
    UUID uuid = new UUID(0x0123456789abcdefL, 0x8edcba9876543210L);
    Topology topology =
        SMALL
            .evolve()
            .pin(uuid, "s0")
            .pin(-5, "s0")
            .pin(new byte[] {1, -1}, "s0")
            .pin("ü", "s0")
            .build();

    assertThat(topology.pins())
        .extracting(Pin::key)
        .containsExactlyInAnyOrder(
            "\"\"", "42", "\"tenant-7\"", uuid.toString(), "-5", "0x01ff", "\"ü\"");
    assertThat(topology.pins()).extracting(Pin::toString).contains("\"tenant-7\" -> s1");
    for (Pin pin : topology.pins()) {
      ShardRouter router = ShardRouter.of(TopologySource.of(topology));
      assertThat(router.explain(pin.canonical()).pinned()).isTrue();
      assertThat(router.route(pin.canonical())).isEqualTo(pin.shard());
    }
  }
}
