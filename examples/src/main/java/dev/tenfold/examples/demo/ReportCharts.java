// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/** Which signals the report draws, and what it says about each. */
final class ReportCharts {
  private final RunRecord run;
  private final Timeline timeline;
  private final ChartAxis axis;

  private ReportCharts(RunRecord run) {
    this.run = run;
    this.timeline = run.timeline();
    this.axis = new ChartAxis(timeline.seconds(), run.options().seconds(), run.windows());
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
            "Requests keep arriving at a constant rate. Dips are requests that had to wait, peaks are"
                + " those that waited and are answered now.",
            Chart.Scale.COUNT)
        .line("due", "c6", timeline.series("rate.arrived"))
        .line("answered", "c1", timeline.series("rate.answered"))
        .html(axis);
  }

  private String unanswered() {
    return new Chart(
            "Attempts without an answer, per second",
            "Refused attempts cost next to nothing: a breaker or a bulkhead turned them away at once."
                + " The client asks again a little later.",
            Chart.Scale.COUNT)
        .stacked()
        .line("refused at once", "c3", timeline.series("rate.refused"))
        .line("error or broken connection", "c5", timeline.series("rate.failed"))
        .line("client gave up waiting", "c4", timeline.series("rate.timedOut"))
        .html(axis);
  }

  private String latency(Operation operation) {
    String prefix = "latency." + operation.key();
    return new Chart(
            "Waiting time: " + operation.title(),
            operation.way() + " Each step of the scale is ten times the one below.",
            Chart.Scale.LOG_MILLIS)
        .line("p50", "c2", timeline.series(prefix + ".p50"))
        .line("p95", "c1", timeline.series(prefix + ".p95"))
        .line("p99", "c5", timeline.series(prefix + ".p99"))
        .html(axis);
  }

  private String waiting() {
    return new Chart(
            "Bookings waiting for their answer",
            "While the payment provider is slow, bookings pile up at the clients, not in the service."
                + " They drain when it recovers.",
            Chart.Scale.COUNT)
        .line("waiting bookings", "c1", timeline.series("pending.bookings"))
        .html(axis);
  }

  private String cache() {
    return new Chart(
            "Where profiles come from, per second",
            "The process's own memory, else Redis, else the database. When Redis is gone the database"
                + " takes over, and the requests go on.",
            Chart.Scale.COUNT)
        .stacked()
        .line("memory", "c2", timeline.series("cache.memory"))
        .line("Redis", "c1", timeline.series("cache.remote"))
        .line("database", "c3", timeline.series("cache.loaded"))
        .html(axis);
  }

  private String reads() {
    return new Chart(
            "Which database answers reads, per second",
            "A standby that falls further behind than allowed gets no reads until it has caught up; its"
                + " primary answers instead.",
            Chart.Scale.COUNT)
        .stacked()
        .line("standbys", "c2", timeline.series("reads.standby"))
        .line("primaries", "c3", timeline.series("reads.primary"))
        .html(axis);
  }

  private String staleness() {
    return new Chart(
            "How old the stalest answer was",
            "A read is stale by the time since a newer state was acknowledged to a client. Each kind of"
                + " read has its bound; that of one's own bookings is zero.",
            Chart.Scale.SECONDS)
        .line("through the cache", "c1", timeline.series("stale.cached"))
        .line("from a standby", "c2", timeline.series("stale.standby"))
        .line("own bookings, right after booking", "c3", timeline.series("stale.own"))
        .limit("upper: bound of the cache", run.cacheBoundSeconds())
        .limit("lower: bound of the standbys", run.standbyBoundSeconds())
        .html(axis);
  }

  private String breakers() {
    var chart =
        new StateChart(
            "Circuit breakers",
            "A breaker opens when calls keep failing, so that nobody waits for what is known to be"
                + " broken, and probes now and then whether it may close.");
    for (String name : timeline.names("breaker.")) {
      chart.lane(name.substring("breaker.".length()), timeline.series(name));
    }
    return chart.html(axis);
  }

  private String pools() {
    var chart =
        new Chart(
            "Database connections in use",
            "The fuller of the two processes, per pool. A pool at 100 % makes requests queue.",
            Chart.Scale.RATIO);
    int style = 1;
    for (String name : timeline.names("saturation.")) {
      chart.line(name.substring("saturation.".length()), "c" + style++, timeline.series(name));
    }
    return chart.html(axis);
  }
}
