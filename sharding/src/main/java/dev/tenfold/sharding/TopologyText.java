// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.Checks;
import dev.tenfold.core.StableHash;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes and reads the canonical text of a topology. Each topology has exactly one text, in lines
 * for people and diffs.
 *
 * <pre>
 * tenfold-topology 1
 * name orders
 * version 7
 * hash tenfold-h1
 * slots 32
 * shard s0 weight 1
 * shard s1 weight 1 zone eu-a
 * owns s0 ...
 * owns s1 ...
 * pin 74656e616e742d37 s1
 * checksum 1f6d5c3a0b1e2d4f
 * </pre>
 *
 * <p>Lines end with a line feed. Shards are ordered by id. Pins are ordered by the canonical bytes
 * of their keys, which are hexadecimal ("-" if there are none). The checksum is {@code tenfold-h1}
 * of the UTF-8 before its line.
 */
final class TopologyText {
  private static final String FORMAT = "tenfold-topology 1";
  private static final String CHECKSUM = "checksum ";
  private static final int DIGITS = 16;
  private static final int MAX_CHARACTERS = 1 << 22;

  private final String[] lines;
  private int next; // the index of the next line, which is the number of the line before
  private boolean allLinesRead;

  private TopologyText(String[] lines) {
    this.lines = lines;
  }

  static String write(Assignment topology) {
    StringBuilder text = new StringBuilder();
    text.append(FORMAT).append('\n');
    text.append("name ").append(topology.name).append('\n');
    text.append("version ").append(topology.version).append('\n');
    text.append("hash ").append(StableHash.NAME).append('\n');
    text.append("slots ").append(topology.owners.length).append('\n');
    for (Shard shard : topology.shards) {
      text.append("shard ").append(shard.id()).append(" weight ").append(shard.weight());
      if (shard.zone() != null) {
        text.append(" zone ").append(shard.zone());
      }
      text.append('\n');
    }
    for (StringBuilder owned : owned(topology)) {
      text.append(owned).append('\n');
    }
    for (Pin pin : topology.pins) {
      text.append("pin ")
          .append(pin.canonicalKey().hex())
          .append(' ')
          .append(pin.shard())
          .append('\n');
    }
    String checksum = checksum(text.toString());
    return text.append(CHECKSUM).append(checksum).append('\n').toString();
  }

  private static List<StringBuilder> owned(Assignment topology) {
    List<StringBuilder> lines = new ArrayList<>();
    for (Shard shard : topology.shards) {
      lines.add(new StringBuilder("owns ").append(shard.id()));
    }
    short[] owners = topology.owners;
    for (int first = 0; first < owners.length; ) {
      int last = first;
      while (last + 1 < owners.length && owners[last + 1] == owners[first]) {
        last++;
      }
      StringBuilder line = lines.get(owners[first]).append(' ').append(first);
      if (last > first) {
        line.append('-').append(last);
      }
      first = last + 1;
    }
    return lines;
  }

  private static String checksum(String text) {
    return HexFormat.of().toHexDigits(StableHash.hash(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Returns the checksum of a canonical text. */
  static String checksumOf(String text) {
    return text.substring(text.length() - 1 - DIGITS, text.length() - 1);
  }

  /**
   * Reads a text that {@link #write} returned.
   *
   * @throws IllegalArgumentException if the text is another one, even one with the same meaning
   */
  static Assignment read(String text) {
    requireComplete(text);
    TopologyText lines = new TopologyText(text.split("\n", -1));
    Assignment topology;
    try {
      topology = lines.assignment();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "topology text" + lines.place() + ": " + e.getMessage(), e);
    }
    if (!write(topology).equals(text)) {
      throw new IllegalArgumentException(
          "topology text of "
              + topology.name
              + " is readable but not canonical: "
              + firstDifference(text, topology));
    }
    return topology;
  }

  private static String firstDifference(String text, Assignment topology) {
    String[] lines = text.split("\n", -1);
    String[] canonical = write(topology).split("\n", -1);
    int line = Math.max(0, Arrays.mismatch(lines, canonical));
    return "line " + (line + 1) + " is " + quoted(line < lines.length ? lines[line] : "");
  }

  private static void requireComplete(String text) {
    if (text.startsWith("\ufeff")) {
      throw new IllegalArgumentException(
          "topology text begins with a byte order mark; it must not have one");
    }
    if (text.startsWith(FORMAT + "\r")) {
      throw new IllegalArgumentException(
          "the first line of the topology text ends with a carriage return; lines must end with a"
              + " line feed alone");
    }
    if (!text.startsWith(FORMAT + "\n")) {
      throw new IllegalArgumentException(
          "topology text begins with " + quoted(text) + "; it must begin with \"" + FORMAT + "\"");
    }
    Checks.range(0, MAX_CHARACTERS, "length of the topology text", text.length());
    int end = text.length() - CHECKSUM.length() - DIGITS - 1;
    if (!text.endsWith("\n") || end < 0 || text.lastIndexOf(CHECKSUM) != end) {
      throw new IllegalArgumentException(
          "topology text is truncated, or something follows it: its last line must be \""
              + CHECKSUM
              + "\" with "
              + DIGITS
              + " digits and a line feed");
    }
    if (!checksumOf(text).equals(checksum(text.substring(0, end)))) {
      throw new IllegalArgumentException(
          "topology text was edited or damaged: its checksum is not "
              + checksumOf(text)
              + "; to change a topology, evolve it");
    }
  }

  private Assignment assignment() {
    next = 1;
    String name = ShardId.requireName("topology name", word("name"));
    long version = number("version", word("version"), 1, Long.MAX_VALUE);
    String hash = word("hash");
    if (!hash.equals(StableHash.NAME)) {
      throw new IllegalArgumentException(
          "hash " + quoted(hash) + " is unknown; this release has " + StableHash.NAME);
    }
    int slots =
        Assignment.requireSlots(
            "slots", (int) number("slots", word("slots"), 0, Assignment.MAX_SLOTS));
    List<Shard> shards = new ArrayList<>();
    while (begins("shard")) {
      Shard shard = shard(words());
      if (!shards.isEmpty()) {
        requireOrder(shards.get(shards.size() - 1).id(), shard.id());
      }
      shards.add(shard);
    }
    Assignment.requireRoom("number of shards", slots, shards.size());
    short[] owners = new short[slots];
    Arrays.fill(owners, (short) -1);
    for (short owner = 0; owner < shards.size(); owner++) {
      readOwned(owners, owner, shards.get(owner).id());
    }
    SortedMap<CanonicalKey, ShardId> pins = new TreeMap<>();
    while (begins("pin")) {
      String[] pin = words();
      requireWords(pin, 3);
      if (pins.put(CanonicalKey.ofHex(pin[1]), new ShardId(pin[2])) != null) {
        throw new IllegalArgumentException(
            "key " + CanonicalKey.ofHex(pin[1]) + " is pinned twice");
      }
    }
    if (!begins("checksum") || next != lines.length - 2) {
      throw new IllegalArgumentException("unexpected " + quoted(lines[next++]));
    }
    allLinesRead = true;
    for (int slot = 0; slot < slots; slot++) {
      if (owners[slot] < 0) {
        throw new IllegalArgumentException("no shard owns slot " + slot);
      }
    }
    return Assignment.of(name, version, shards, owners, pins);
  }

  /** Returns the line of the error, or nothing if the error is in no single line. */
  private String place() {
    return allLinesRead ? "" : ", line " + next;
  }

  private static void requireOrder(ShardId before, ShardId id) {
    if (before.compareTo(id) >= 0) {
      throw new IllegalArgumentException(
          "shard " + id + " comes after shard " + before + "; shards must be ordered by id");
    }
  }

  private static Shard shard(String[] words) {
    boolean zoned = words.length == 6 && words[4].equals("zone");
    if (!zoned) {
      requireWords(words, 4);
    }
    if (!words[2].equals("weight")) {
      throw new IllegalArgumentException("expected \"weight\", found " + quoted(words[2]));
    }
    int weight = (int) number("weight", words[3], 1, Shard.MAX_WEIGHT);
    return new Shard(new ShardId(words[1]), weight, zoned ? words[5] : null);
  }

  private void readOwned(short[] owners, short owner, ShardId id) {
    String[] words = words();
    if (words.length < 3 || !words[0].equals("owns") || !words[1].equals(id.value())) {
      throw new IllegalArgumentException(
          "expected the slots that shard " + id + " owns, found " + quoted(lines[next - 1]));
    }
    for (int i = 2; i < words.length; i++) {
      String range = words[i];
      int dash = range.indexOf('-');
      int first = slot(dash < 0 ? range : range.substring(0, dash), owners.length);
      int last = dash < 0 ? first : slot(range.substring(dash + 1), owners.length);
      if (last < first) {
        throw new IllegalArgumentException("slots " + range + " end before their first slot");
      }
      for (int slot = first; slot <= last; slot++) {
        if (owners[slot] >= 0) {
          throw new IllegalArgumentException("slot " + slot + " has two owners");
        }
        owners[slot] = owner;
      }
    }
  }

  private static int slot(String digits, int slots) {
    return (int) number("slot", digits, 0, slots - 1);
  }

  private static long number(String what, String digits, long min, long max) {
    long value;
    try {
      value = Long.parseLong(digits);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          what + " is " + quoted(digits) + "; it must be a number", e);
    }
    return Checks.range(min, max, what, value);
  }

  private boolean begins(String word) {
    return lines[next].startsWith(word + " ");
  }

  private String word(String label) {
    String[] words = words();
    if (words.length != 2 || !words[0].equals(label)) {
      throw new IllegalArgumentException(
          "expected \"" + label + "\" and a word, found " + quoted(lines[next - 1]));
    }
    return words[1];
  }

  private String[] words() {
    if (next >= lines.length) {
      throw new IllegalArgumentException("the text ends before its last line");
    }
    return lines[next++].split(" ", -1);
  }

  private static void requireWords(String[] words, int count) {
    if (words.length != count) {
      throw new IllegalArgumentException(
          "a line of " + words[0] + " has " + words.length + " words; it must have " + count);
    }
  }

  private static String quoted(String text) {
    String line = text.lines().findFirst().orElse("");
    return "\"" + (line.length() > 60 ? line.substring(0, 60) + "..." : line) + "\"";
  }
}
