// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Captured;
import dev.tenfold.sharding.history.Event.Declared;
import dev.tenfold.sharding.history.Event.Failed;
import dev.tenfold.sharding.history.Event.Merged;
import dev.tenfold.sharding.history.Event.Opened;
import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Promoted;
import dev.tenfold.sharding.history.Event.Read;
import dev.tenfold.sharding.history.Event.Write;
import java.util.LinkedHashMap;
import java.util.Map;

/** Events as lines of words: the first word is the kind. The same in every locale. */
final class HistoryText {
  private HistoryText() {}

  static String of(Event event) {
    if (event instanceof Read e) {
      String role = e.standby() ? "standby" : "primary";
      return line("read", e.scope(), e.bound(), e.begin(), e.end(), e.node(), role)
          + versions(e.versions());
    }
    if (event instanceof Write e) {
      return line("write", e.scope(), e.begin(), e.end(), e.node(), e.outcome())
          + versions(e.versions());
    }
    if (event instanceof Opened e) {
      return line("opened", e.scope(), e.begin(), e.end(), e.token());
    }
    if (event instanceof Captured e) {
      return line("captured", e.scope(), e.begin(), e.token());
    }
    if (event instanceof Merged e) {
      return line("merged", e.at(), e.token(), e.first(), e.second());
    }
    if (event instanceof Declared e) {
      return line("declared", e.scope(), e.at());
    }
    if (event instanceof Failed e) {
      return line("failed", e.scope(), e.end());
    }
    if (event instanceof Promoted e) {
      return line("promoted", e.at()) + versions(e.kept());
    }
    throw new IllegalArgumentException("no text for " + event);
  }

  private static String line(Object... words) {
    StringBuilder line = new StringBuilder();
    for (Object word : words) {
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    return line.toString();
  }

  private static String versions(Map<Integer, Long> versions) {
    StringBuilder text = new StringBuilder();
    versions.forEach(
        (register, version) -> text.append(' ').append(register).append('=').append(version));
    return text.toString();
  }

  static Event parse(String line) {
    String[] w = line.split(" ");
    return switch (w[0]) {
      case "read" ->
          new Read(at(w, 1), at(w, 2), at(w, 3), at(w, 4), w[5], w[6].equals("standby"), map(w, 7));
      case "write" ->
          new Write(at(w, 1), at(w, 2), at(w, 3), w[4], Outcome.valueOf(w[5]), map(w, 6));
      case "opened" -> new Opened(at(w, 1), at(w, 2), at(w, 3), at(w, 4));
      case "captured" -> new Captured(at(w, 1), at(w, 2), at(w, 3));
      case "merged" -> new Merged(at(w, 1), at(w, 2), at(w, 3), at(w, 4));
      case "declared" -> new Declared(at(w, 1), at(w, 2));
      case "failed" -> new Failed(at(w, 1), at(w, 2));
      case "promoted" -> new Promoted(at(w, 1), map(w, 2));
      default -> throw new IllegalArgumentException("no event: " + line);
    };
  }

  private static long at(String[] words, int index) {
    return Long.parseLong(words[index]);
  }

  private static Map<Integer, Long> map(String[] words, int from) {
    Map<Integer, Long> versions = new LinkedHashMap<>();
    for (int i = from; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      versions.put(
          Integer.parseInt(words[i].substring(0, equals)),
          Long.parseLong(words[i].substring(equals + 1)));
    }
    return versions;
  }
}
