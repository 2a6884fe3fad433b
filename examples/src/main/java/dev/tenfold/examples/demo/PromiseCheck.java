// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Compares what clients were told, what the databases hold and what was charged. Knows nothing of
 * how the service works: it reads the evidence only, so it can be tested with planted lies.
 */
final class PromiseCheck {
  private static final int EXAMPLES = 3;
  private static final String CONFIRMED = "CONFIRMED";

  private final Evidence evidence;
  private final Map<String, List<Evidence.Row>> rowsByKey = new HashMap<>();
  private final Map<String, Evidence.Row> rowsById = new HashMap<>();

  PromiseCheck(Evidence evidence) {
    this.evidence = evidence;
    for (Evidence.Row row : evidence.rows()) {
      rowsByKey.computeIfAbsent(row.key(), key -> new ArrayList<>()).add(row);
      rowsById.put(row.id(), row);
    }
  }

  /** One result per promise, in the order of the report. */
  List<PromiseResult> results() {
    var results = new ArrayList<PromiseResult>();
    results.add(noLostBooking());
    results.add(noDoubleBooking());
    results.add(noStrayCharge());
    results.add(everyBookingCharged());
    results.add(countersAgree());
    results.add(oneTopology());
    results.add(rightShard());
    results.add(standbysAgree());
    evidence.staleness().forEach(bound -> results.add(fresh(bound)));
    results.add(nothingStuck());
    results.add(faultsHappened());
    return results;
  }

  private PromiseResult noLostBooking() {
    List<String> broken =
        violations(
            evidence.answered().stream(),
            answer ->
                rowsByKey.getOrDefault(answer.key(), List.of()).stream().noneMatch(same(answer)),
            answer -> answer + " is in no database as it was answered");
    if (evidence.answered().isEmpty()) {
      broken = List.of("no booking was answered at all");
    }
    return new PromiseResult(
        "No booking is lost",
        "Every booking that a client was told about is stored as it was told: same id, same user, same"
            + " amount, confirmed.",
        number(evidence.answered().size()) + " answered bookings looked up",
        broken);
  }

  private static Predicate<Evidence.Row> same(Evidence.Answer answer) {
    return row ->
        row.id().equals(answer.booking())
            && row.user() == answer.user()
            && row.amountCents() == answer.amountCents()
            && row.status().equals(CONFIRMED);
  }

  private PromiseResult noDoubleBooking() {
    List<String> broken =
        violations(
            rowsByKey.entrySet().stream(),
            entry -> entry.getValue().size() > 1,
            entry -> entry.getValue().size() + " bookings under the key " + entry.getKey());
    return new PromiseResult(
        "No booking is made twice",
        "However often a client repeats a request under its key, there is one booking.",
        number(evidence.repeats())
            + " repeated requests, "
            + number(rowsByKey.size())
            + " keys, "
            + number(evidence.rows().size())
            + " bookings",
        broken);
  }

  private PromiseResult noStrayCharge() {
    List<String> broken =
        violations(
            evidence.charges().entrySet().stream(),
            charge -> {
              Evidence.Row row = rowsById.get(charge.getKey());
              return row == null || row.amountCents() != charge.getValue();
            },
            charge ->
                "charge of "
                    + charge.getValue()
                    + " cents for "
                    + charge.getKey()
                    + " has no such booking");
    return new PromiseResult(
        "No charge without a booking",
        "Every charge at the payment provider belongs to a stored booking of that amount.",
        number(evidence.charges().size()) + " charges looked up",
        broken);
  }

  private PromiseResult everyBookingCharged() {
    List<String> broken =
        violations(
            evidence.rows().stream(),
            row -> row.status().equals(CONFIRMED) && !evidence.charges().containsKey(row.id()),
            row -> row + " is confirmed and was never charged");
    return new PromiseResult(
        "Every confirmed booking is paid once",
        "The provider charges a booking id once; the service asks under that id until it knows.",
        number(evidence.repeatedCharges()) + " repeated charge requests were recognised",
        broken);
  }

  private PromiseResult countersAgree() {
    Map<Long, Long> counted = new HashMap<>();
    evidence.rows().forEach(row -> counted.merge(row.user(), 1L, Long::sum));
    List<String> broken =
        violations(
            evidence.versions().entrySet().stream(),
            user -> !user.getValue().equals(counted.getOrDefault(user.getKey(), 0L)),
            user ->
                "user "
                    + user.getKey()
                    + " counts "
                    + user.getValue()
                    + " bookings and has "
                    + counted.getOrDefault(user.getKey(), 0L));
    return new PromiseResult(
        "Counter and bookings agree",
        "The transaction that stores a booking also raises its user's counter: both happen or neither.",
        number(evidence.versions().size()) + " users counted again",
        broken);
  }

  private PromiseResult oneTopology() {
    Evidence.Routing routing = evidence.routing();
    var broken =
        new ArrayList<>(
            violations(
                routing.instances().entrySet().stream(),
                instance -> !instance.getValue().equals(routing.published()),
                instance ->
                    "instance "
                        + instance.getKey()
                        + " routes by "
                        + instance.getValue()
                        + ", published is "
                        + routing.published()));
    if (routing.instances().size() != Evidence.INSTANCES) {
      broken.add(
          "only " + routing.instances().keySet() + " of " + Evidence.INSTANCES + " said how");
    }
    return new PromiseResult(
        "All instances route alike",
        "After a topology was published, in the middle of the traffic, every process routes by it: same"
            + " version, same checksum.",
        number(routing.instances().size())
            + " instances asked: version "
            + routing.published().version()
            + ", checksum "
            + routing.published().checksum(),
        broken);
  }

  private PromiseResult rightShard() {
    List<String> broken =
        violations(
            evidence.rows().stream(),
            row -> !row.shard().equals(evidence.home().apply(row.user())),
            row -> row + " is not on " + evidence.home().apply(row.user()));
    return new PromiseResult(
        "Every booking is on its user's shard",
        "Each booking lies in the shard that the published topology names, and in no other.",
        number(evidence.rows().size()) + " rows routed again",
        broken);
  }

  private PromiseResult standbysAgree() {
    return new PromiseResult(
        "The standbys caught up",
        "After the drain each standby holds exactly the bookings of its primary.",
        "compared as a checksum over all rows of "
            + number(evidence.standbys().size())
            + " standbys",
        violations(
            evidence.standbys().stream(),
            standby -> !standby.primaryChecksum().equals(standby.standbyChecksum()),
            standby -> standby + " differs"));
  }

  private static PromiseResult fresh(Evidence.Staleness bound) {
    var broken = new ArrayList<String>();
    if (bound.reads() == 0) {
      broken.add("no read of this kind was seen");
    }
    if (bound.stalestSeconds() > bound.boundSeconds()) {
      broken.add(
          "a read was "
              + Figures.seconds(bound.stalestSeconds())
              + " old, the bound is "
              + Figures.seconds(bound.boundSeconds()));
    }
    return new PromiseResult(
        bound.title(),
        bound.promise(),
        number(bound.reads())
            + " reads checked, "
            + number(bound.behind())
            + " of them behind at all, the stalest by "
            + Figures.seconds(bound.stalestSeconds())
            + "; the bound is "
            + Figures.seconds(bound.boundSeconds()),
        broken);
  }

  private PromiseResult nothingStuck() {
    var broken = new ArrayList<String>();
    evidence.held().entrySet().stream()
        .filter(held -> held.getValue() != 0)
        .sorted(Map.Entry.comparingByKey())
        .forEach(held -> broken.add(held.getKey() + ": " + held.getValue()));
    evidence.rows().stream()
        .filter(row -> !row.status().equals(CONFIRMED))
        .limit(EXAMPLES)
        .forEach(row -> broken.add(row + " was never confirmed"));
    return new PromiseResult(
        "Nothing is stuck",
        "After the drain no request is unanswered, no booking is half done, and no connection or permit is"
            + " held.",
        number(evidence.held().size()) + " counters that must be zero",
        broken);
  }

  private PromiseResult faultsHappened() {
    return new PromiseResult(
        "Every fault really happened",
        "A run in which nothing broke would prove nothing.",
        "looked for the traces of " + number(evidence.faultTraces().size()) + " faults",
        evidence.faultTraces().entrySet().stream()
            .filter(trace -> trace.getValue().isEmpty())
            .map(trace -> trace.getKey() + " left no trace")
            .toList());
  }

  private static <T> List<String> violations(
      Stream<T> all, Predicate<T> violates, java.util.function.Function<T, String> say) {
    return all.filter(violates).map(say).sorted(Comparator.naturalOrder()).toList();
  }

  private static String number(long value) {
    return Figures.count(value);
  }
}
