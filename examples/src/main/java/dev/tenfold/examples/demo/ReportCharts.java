// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** The charts of the report: which signals each chart shows, and its caption. */
final class ReportCharts {
  private final RunRecord run;
  private final Timeline timeline;
  private final ChartAxis axis;

  private ReportCharts(RunRecord run) {
    this.run = run;
    this.timeline = run.timeline();
    this.axis =
        new ChartAxis(
            timeline.seconds(),
            run.options().seconds(),
            run.growth().routing().publishedSecond(),
            run.windows());
  }

  static String html(RunRecord run) {
    var charts = new ReportCharts(run);
    return charts.traffic()
        + charts.unanswered()
        + charts.latency(Operation.PROFILE)
        + charts.latency(Operation.LIST)
        + charts.latency(Operation.BOOK)
        + charts.waiting()
        + charts.cache()
        + charts.reads()
        + charts.staleness()
        + charts.breakers()
        + charts.pools();
  }

  private String traffic() {
    return new Chart(
            "Requests answered per second",
            "Requests arrive at a constant rate. In a dip requests wait; in a peak the waiting requests"
                + " are answered.",
            Chart.Scale.COUNT)
        .line("due", "c6", timeline.series("rate.arrived"))
        .line("answered", "c1", timeline.series("rate.answered"))
        .html(axis);
  }

  private String unanswered() {
    return new Chart(
            "Attempts without an answer, per second",
            "A breaker or a bulkhead refuses an attempt at once, at almost no cost. The client repeats"
                + " the request later.",
            Chart.Scale.COUNT)
        .stacked()
        .line("refused at once", "c3", timeline.series("rate.refused"))
        .line("error or broken connection", "c5", timeline.series("rate.failed"))
        .line("timeout at the client", "c4", timeline.series("rate.timedOut"))
        .html(axis);
  }

  private String latency(Operation operation) {
    String prefix = "latency." + operation.key();
    return new Chart(
            "Latency: " + operation.title(),
            operation.caption() + " The scale is logarithmic.",
            Chart.Scale.LOG_MILLIS)
        .line("p50", "c2", timeline.series(prefix + ".p50"))
        .line("p95", "c1", timeline.series(prefix + ".p95"))
        .line("p99", "c5", timeline.series(prefix + ".p99"))
        .html(axis);
  }

  private String waiting() {
    return new Chart(
            "Bookings without an answer yet",
            "While the payment provider is slow, bookings queue at the clients, not in the service. The"
                + " queue drains when the provider recovers.",
            Chart.Scale.COUNT)
        .line("waiting bookings", "c1", timeline.series("pending.bookings"))
        .html(axis);
  }

  private String cache() {
    return new Chart(
            "Source of profile reads, per second",
            "A profile comes from the memory of the process, else from Redis, else from the database."
                + " Without Redis the database answers instead.",
            Chart.Scale.COUNT)
        .stacked()
        .line("memory", "c2", timeline.series("cache.memory"))
        .line("Redis", "c1", timeline.series("cache.remote"))
        .line("database", "c3", timeline.series("cache.loaded"))
        .html(axis);
  }

  private String reads() {
    return new Chart(
            "List reads by server, per second",
            "A standby that lags by more than the allowed staleness, or that has not replayed what the"
                + " user has booked, is not read. Its primary answers instead.",
            Chart.Scale.COUNT)
        .stacked()
        .line("own list, from a standby", "c2", timeline.series("reads.own.standby"))
        .line("other lists, from a standby", "c1", timeline.series("reads.standby"))
        .line("own list, from a primary", "c5", timeline.series("reads.own.primary"))
        .line("other lists, from a primary", "c3", timeline.series("reads.primary"))
        .html(axis);
  }

  private String staleness() {
    return new Chart(
            "Staleness of the stalest read",
            "The staleness of a read is the time since a newer state was acknowledged to a client. Each"
                + " kind of read has a bound; the bound for a user's own bookings is zero.",
            Chart.Scale.SECONDS)
        .line("through the cache", "c1", timeline.series("stale.cached"))
        .line("from a standby", "c2", timeline.series("stale.standby"))
        .line("own bookings, after a booking", "c3", timeline.series("stale.own"))
        .limit("upper: bound of the cache", run.cacheBoundSeconds())
        .limit("lower: bound of the standbys", run.standbyBoundSeconds())
        .html(axis);
  }

  private String breakers() {
    var chart =
        new StateChart(
            "Circuit breakers",
            "A breaker opens when too many calls fail and refuses further calls at once. After a while"
                + " it lets a few probes pass, and closes if they succeed.");
    for (String name : timeline.names("breaker.")) {
      chart.lane(name.substring("breaker.".length()), timeline.series(name));
    }
    return chart.html(axis);
  }

  private String pools() {
    var chart =
        new Chart(
            "Database connections in use",
            "The higher of the two processes, per pool, by the roles at the start. At 100 % requests"
                + " queue.",
            Chart.Scale.RATIO);
    int style = 1;
    for (String name : timeline.names("saturation.")) {
      chart.line(name.substring("saturation.".length()), "c" + style++, timeline.series(name));
    }
    return chart.html(axis);
  }
}
