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
 * Compares the answers to clients, the rows in the databases and the charges. The check depends on
 * the evidence only, not on the service, so that it can be tested with false evidence.
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

  /** Returns one result per promise, in the order of the report. */
  List<PromiseResult> results() {
    var results = new ArrayList<PromiseResult>();
    results.add(noLostBooking());
    results.add(noDoubleBooking());
    results.add(noStrayCharge());
    results.add(everyBookingCharged());
    results.add(countersAgree());
    results.add(tookOver());
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
            answer -> answer + " is in no database with these values");
    if (evidence.answered().isEmpty()) {
      broken = List.of("no booking was answered");
    }
    return new PromiseResult(
        "No booking is lost",
        "Every answered booking is stored with the same id, user and amount, and is confirmed.",
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
        "No booking is duplicated",
        "Repeated requests under one key result in one booking.",
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
                    + " has no booking of this amount");
    return new PromiseResult(
        "Every charge has a booking",
        "Every charge at the payment provider belongs to a stored booking of the same amount.",
        number(evidence.charges().size()) + " charges looked up",
        broken);
  }

  private PromiseResult everyBookingCharged() {
    List<String> broken =
        violations(
            evidence.rows().stream(),
            row -> row.status().equals(CONFIRMED) && !evidence.charges().containsKey(row.id()),
            row -> row + " is confirmed but was not charged");
    return new PromiseResult(
        "Every confirmed booking is charged once",
        "The service repeats a charge under the id of the booking; the provider charges an id once.",
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
                    + " has the counter "
                    + user.getValue()
                    + " and this number of bookings: "
                    + counted.getOrDefault(user.getKey(), 0L));
    return new PromiseResult(
        "Counter and bookings agree",
        "One transaction stores a booking and increments the counter of its user.",
        number(evidence.versions().size()) + " users counted again",
        broken);
  }

  private PromiseResult tookOver() {
    Takeover takeover = evidence.takeover();
    var broken = new ArrayList<String>();
    if (!takeover.wasSynchronous()) {
      broken.add("commits did not wait for the standby of " + takeover.shard());
    }
    if (!takeover.isInTime()) {
      broken.add("an instance did not book on " + takeover.shard() + " within the bound");
    }
    return new PromiseResult(
        "A lost primary is replaced without a restart",
        "Both instances find the promoted standby and book on it. Commits had waited for that standby,"
            + " so every answered booking is there.",
        "the standby took writes "
            + Figures.seconds(takeover.promotionSeconds())
            + " after the loss, and both instances booked on it "
            + Figures.seconds(takeover.backSeconds())
            + " later; the bound is "
            + Figures.seconds(takeover.boundSeconds()),
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
          "of "
              + Evidence.INSTANCES
              + " instances only "
              + routing.instances().keySet()
              + " reported a topology");
    }
    return new PromiseResult(
        "All instances route by one topology",
        "After the publication of version 2 under traffic, every process routes by the same version and"
            + " checksum.",
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
        "Every booking is on the shard of its user",
        "Each booking is stored on the shard that the published topology names.",
        number(evidence.rows().size()) + " rows routed again",
        broken);
  }

  private PromiseResult standbysAgree() {
    return new PromiseResult(
        "The standbys have caught up",
        "After the drain each standby has exactly the bookings of its primary.",
        "checksums over all rows compared for " + number(evidence.standbys().size()) + " standbys",
        violations(
            evidence.standbys().stream(),
            standby -> !standby.primaryChecksum().equals(standby.standbyChecksum()),
            standby -> standby + " differs"));
  }

  private static PromiseResult fresh(Evidence.Staleness bound) {
    var broken = new ArrayList<String>();
    if (bound.reads() == 0) {
      broken.add("no read of this kind was checked");
    }
    if (bound.servedByStandbys() && bound.fromStandbys() == 0) {
      broken.add("no read of this kind was served by a standby");
    }
    if (bound.stalestSeconds() > bound.boundSeconds()) {
      broken.add(
          "a read was stale by "
              + Figures.seconds(bound.stalestSeconds())
              + ", the bound is "
              + Figures.seconds(bound.boundSeconds()));
    }
    return new PromiseResult(
        bound.title(),
        bound.promise(),
        number(bound.reads())
            + " reads checked, "
            + (bound.servedByStandbys()
                ? number(bound.fromStandbys()) + " of them served by standbys, "
                : "")
            + number(bound.behind())
            + " of them stale, the stalest by "
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
        .forEach(row -> broken.add(row + " was not confirmed"));
    return new PromiseResult(
        "Nothing is left open",
        "After the drain no request is open, no booking is pending, and no connection or permit is held.",
        number(evidence.held().size()) + " counters that must be zero",
        broken);
  }

  private PromiseResult faultsHappened() {
    return new PromiseResult(
        "Every fault had an effect",
        "A run without a visible fault proves nothing.",
        "the effects of " + number(evidence.faultTraces().size()) + " faults looked for",
        evidence.faultTraces().entrySet().stream()
            .filter(trace -> trace.getValue().isEmpty())
            .map(trace -> trace.getKey() + " had no effect")
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
