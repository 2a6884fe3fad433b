// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.sharding.history.Event.Captured;
import dev.tenfold.sharding.history.Event.Declared;
import dev.tenfold.sharding.history.Event.Merged;
import dev.tenfold.sharding.history.Event.Opened;
import dev.tenfold.sharding.history.Event.Outcome;
import dev.tenfold.sharding.history.Event.Read;
import dev.tenfold.sharding.history.Event.Write;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Checks a history against the promise of a consistency scope, sentence by sentence. A read that
 * binds after an earlier operation of its scope, or of the scope that its token came from, has
 * ended ...
 *
 * <ol>
 *   <li>sees the writes whose commit had returned normally, or later ones ({@link #OWN_WRITE});
 *   <li>misses no transaction that an earlier read showed, once that transaction was acknowledged
 *       to its own client ({@link #EARLIER_READ});
 *   <li>is served by the primary, by that operation's server, or by a replica that has replayed a
 *       position of the primary that was asked for afterwards. Such a replica shows whatever had
 *       been acknowledged, to anybody, before that operation began ({@link #SERVED_BY}).
 * </ol>
 *
 * <p>Excepted is what the promise excepts: transactions of unknown outcome are never required, and
 * what a failover did not keep is not required after it. A connection that was bound earlier has to
 * show what was known then.
 */
final class HistoryChecker {
  static final String OWN_WRITE = "does not see a write of its scope";
  static final String EARLIER_READ = "misses what an earlier read of its scope showed";
  static final String SERVED_BY =
      "is served by a replica that lacks what was acknowledged before an earlier operation";

  private static final Comparator<Step> BY_TIME = Comparator.comparingLong(Step::at);

  private final Acknowledged acknowledged;
  private final Map<Long, List<Step>> steps = new HashMap<>();
  private final Map<Long, List<Read>> reads = new HashMap<>();
  private final Map<Long, Knowledge> tokens = new HashMap<>();
  private final List<String> violations = new ArrayList<>();

  /** What a scope learns at some moment. */
  private record Step(long at, Event event) {}

  private HistoryChecker(Acknowledged acknowledged) {
    this.acknowledged = acknowledged;
  }

  /** Returns what contradicts the promise, each with the sentence and the read. */
  static List<String> violations(History history) {
    HistoryChecker checker = new HistoryChecker(new Acknowledged(history));
    checker.collect(history);
    checker.computeTokens(history);
    checker.steps.keySet().forEach(checker::checkScope);
    checker.violations.sort(Comparator.naturalOrder());
    return checker.violations;
  }

  private void collect(History history) {
    for (Read read : history.all(Read.class)) {
      step(read.scope(), read.end(), read);
      reads.computeIfAbsent(read.scope(), s -> new ArrayList<>()).add(read);
    }
    for (Write write : history.all(Write.class)) {
      step(write.scope(), write.end(), write);
    }
    for (Opened opened : history.all(Opened.class)) {
      step(opened.scope(), opened.end(), opened);
    }
    for (Declared declared : history.all(Declared.class)) {
      step(declared.scope(), declared.at(), declared);
    }
    steps.values().forEach(list -> list.sort(BY_TIME));
  }

  private void step(long scope, long at, Event event) {
    steps.computeIfAbsent(scope, s -> new ArrayList<>()).add(new Step(at, event));
  }

  /** A token is captured after the tokens that its scope was opened with. */
  private void computeTokens(History history) {
    List<Step> made = new ArrayList<>();
    history.all(Captured.class).forEach(event -> made.add(new Step(event.begin(), event)));
    history.all(Merged.class).forEach(event -> made.add(new Step(event.at(), event)));
    made.sort(BY_TIME);
    for (Step step : made) {
      if (step.event instanceof Captured captured) {
        Knowledge known = new Knowledge(acknowledged);
        for (Step before : steps.getOrDefault(captured.scope(), List.of())) {
          if (before.at <= captured.begin()) {
            learn(known, before.event);
          }
        }
        tokens.put(captured.token(), known);
      } else if (step.event instanceof Merged merged) {
        Knowledge known = required(merged.first()).copy();
        known.add(required(merged.second()));
        tokens.put(merged.token(), known);
      }
    }
  }

  private Knowledge required(long token) {
    Knowledge known = tokens.get(token);
    if (known == null) {
      throw new IllegalStateException("token " + token + " was used before it was captured");
    }
    return known;
  }

  private void learn(Knowledge known, Event event) {
    if (event instanceof Read read) {
      known.operated(read.node(), read.begin());
      read.versions().forEach((register, version) -> known.saw(register, version, read.end()));
    } else if (event instanceof Write write) {
      known.operated(write.node(), write.begin());
      if (write.outcome() == Outcome.ACKNOWLEDGED) {
        known.wrote(write);
      }
    } else if (event instanceof Declared declared) {
      known.justNow(declared.at());
    } else if (event instanceof Opened opened && opened.token() == Event.JUST_NOW) {
      known.justNow(opened.begin());
    } else if (event instanceof Opened opened && opened.token() != 0) {
      known.add(required(opened.token()));
    }
  }

  private void checkScope(long scope) {
    List<Read> inOrder = reads.getOrDefault(scope, new ArrayList<>());
    inOrder.sort(Comparator.comparingLong(Read::bound));
    List<Step> learnt = steps.get(scope);
    Knowledge known = new Knowledge(acknowledged);
    int next = 0;
    for (Read read : inOrder) {
      while (next < learnt.size() && learnt.get(next).at <= read.bound()) {
        learn(known, learnt.get(next).event);
        next++;
      }
      read.versions().forEach((register, version) -> check(known, read, register, version));
    }
  }

  private void check(Knowledge known, Read read, int register, long version) {
    Knowledge.Seen required = known.required(register, read.bound());
    if (required != null && version < required.version()) {
      report(required.own() ? OWN_WRITE : EARLIER_READ, read, register, required.version());
      return;
    }
    if (read.standby()) {
      long elsewhere = known.latestElsewhere(read.node());
      long latest = acknowledged.latest(register, elsewhere, read.bound());
      if (version < latest) {
        report(SERVED_BY, read, register, latest);
      }
    }
  }

  private void report(String sentence, Read read, int register, long required) {
    violations.add(
        "register "
            + register
            + " "
            + sentence
            + ": version "
            + required
            + " is missing in "
            + read);
  }
}
