// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.HdrHistogram.Histogram;

/**
 * The report of a run: one HTML file that loads nothing else and needs no knowledge of the project.
 */
final class HtmlReport {
  private final RunRecord run;
  private final Html html = new Html();

  private HtmlReport(RunRecord run) {
    this.run = run;
  }

  static void write(RunRecord run, Path file) throws IOException {
    Path folder = file.getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    Files.writeString(file, new HtmlReport(run).page());
  }

  private String page() throws IOException {
    html.raw("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">");
    html.raw("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">");
    html.raw("<title>Tenfold demo</title><link rel=\"icon\" href=\"data:,\"><style>");
    html.raw(styles()).raw("</style></head><body><main>\n");
    head();
    tiles();
    html.element("h2", "The system").element("p", WHAT_RAN).raw(TopologyFigure.html());
    faults();
    html.element("h2", "Promises and results").element("p", WARM_UP);
    promises();
    html.element("h2", "The run over time");
    html.element("p", HOW_TO_READ).raw(ReportCharts.html(run));
    html.element("h2", "Latency");
    percentiles();
    html.raw(GrowthSection.html(run.growth()));
    foot();
    return html.raw("</main></body></html>\n").toString();
  }

  private static final String WHAT_RAN =
      "A booking service runs in two processes. A topology file that both processes watch assigns each"
          + " user to one of two database shards. Each shard has a primary and a standby, which replays"
          + " the primary's writes and answers reads. A commit waits until the standby has stored it."
          + " The answer to a booking has a token, which the user's next requests carry: with it a"
          + " standby answers only if it has replayed the booking. Profiles are cached in the memory of the processes"
          + " and in Redis. A booking is one database transaction, followed by a charge at an external"
          + " payment provider. The letters mark the parts that were broken on purpose.";

  private static final String HOW_TO_READ =
      "All charts have the same time axis, in minutes and seconds since the start of the traffic. The"
          + " tinted bands are the five faults. The line v2 marks the publication of version 2 of the"
          + " topology. The dashed vertical line marks the end of the traffic. After that line, clients"
          + " repeat open bookings until each one is answered.";

  private static final String WARM_UP =
      "The warm-up before the measured traffic is not in the charts. Its bookings are checked like all"
          + " others, so the counts here are a little larger.";

  private void head() {
    boolean held = run.everyPromiseHeld();
    html.raw("<p class=\"brand\"><b>Tenfold</b> · demo report</p>");
    html.element(
        "h1",
        held
            ? "Five faults. No booking lost, duplicated or charged without need."
            : "Five faults, and at least one broken promise.");
    html.raw("<p><span class=\"result" + (held ? "" : " bad") + "\">");
    long kept = run.results().stream().filter(PromiseResult::held).count();
    html.text(
        held
            ? "Every promise held (" + kept + " of " + kept + ")"
            : kept + " of " + run.results().size() + " promises held");
    html.raw("</span></p><p class=\"lead\">").text(lead()).raw("</p>");
  }

  private String lead() {
    RunRecord.Totals totals = run.totals();
    return "For "
        + run.options().seconds()
        + " seconds, clients sent "
        + run.options().rate()
        + " requests per second to a small booking service, "
        + Figures.count(totals.requests())
        + " in all, whether or not the service kept up. During that time the payment provider became"
        + " slow, a database standby stopped following its primary, the shared cache was killed, one of"
        + " the two service processes was killed, and a database primary was lost and replaced by its"
        + " standby. Clients made "
        + Figures.count(totals.bookings())
        + " bookings and sent "
        + Figures.count(totals.repeats())
        + " repeats, under the same keys, for those without an answer. Afterwards the rows in the"
        + " databases, the charges at the provider and the answers to the clients were compared one by"
        + " one.";
  }

  private void tiles() {
    RunRecord.Totals totals = run.totals();
    Histogram reads = new Histogram(run.latencies().total(Operation.PROFILE));
    reads.add(run.latencies().total(Operation.LIST));
    html.raw("<ul class=\"tiles\">");
    tile(Figures.count(totals.requests()), "requests");
    tile(Figures.count(totals.bookings()), "bookings among the requests");
    tile(
        Figures.count(totals.unansweredAttempts()),
        "attempts without an answer, "
            + Figures.count(totals.readsLost())
            + " of them reads, which clients do not repeat");
    tile(
        Figures.count(totals.repeatedCharges()),
        "repeated charge requests recognised by the provider");
    tile(Figures.millis(reads.getValueAtPercentile(50) / 1e3), "median latency of a read");
    tile(
        Figures.millis(reads.getValueAtPercentile(99) / 1e3),
        "99th percentile of reads, faults included");
    html.raw("</ul>\n");
  }

  private void tile(String number, String words) {
    html.raw("<li><b>").text(number).raw("</b><span>").text(words).raw("</span></li>");
  }

  private void faults() {
    html.element("h2", "The faults").raw("<ul class=\"faults\">");
    for (Fault.Window window : run.windows()) {
      html.raw("<li><span class=\"mark\">").text(window.letter()).raw("</span> <b>");
      html.text(window.title()).raw("</b> <time>").text(Figures.clock(window.fromSeconds()));
      html.text(" to " + Figures.clock(window.toSeconds())).raw("</time><p>").text(window.story());
      html.raw("</p><p class=\"seen\">");
      html.text(run.faultTraces().getOrDefault(window.letter(), "The fault had no effect."));
      html.raw("</p></li>");
    }
    html.raw("</ul>\n");
  }

  private void promises() {
    html.raw(
        "<table class=\"promises\"><thead><tr><th>Promise</th><th>Evidence</th><th>Result</th>");
    html.raw("</tr></thead><tbody>");
    for (PromiseResult result : run.results()) {
      html.raw("<tr><td><b>").text(result.title()).raw("</b><small>").text(result.promise());
      html.raw("</small></td><td>").text(result.evidence());
      if (!result.held()) {
        html.raw("<ul class=\"violations\">");
        result.violations().stream().limit(10).forEach(line -> html.element("li", line));
        html.raw("</ul>");
      }
      html.raw("</td><td class=\"" + (result.held() ? "held\">✓ held" : "broken\">✗ broken"));
      html.raw("</td></tr>");
    }
    html.raw("</tbody></table>\n");
  }

  private void percentiles() {
    html.element("p", LATENCY);
    html.raw("<div class=\"scroll\"><table><thead><tr><th>Request</th><th>During</th>");
    for (String head : new String[] {"count", "p50", "p95", "p99", "max"}) {
      html.raw("<th class=\"n\">" + head + "</th>");
    }
    html.raw("</tr></thead><tbody>");
    for (Operation operation : Operation.values()) {
      boolean first = true;
      for (Map.Entry<String, Map<Operation, Histogram>> phase :
          run.latencies().phases().entrySet()) {
        Histogram histogram = phase.getValue().get(operation);
        if (histogram != null && histogram.getTotalCount() > 0) {
          row(first ? operation.title() : "", phase.getKey(), histogram);
          first = false;
        }
      }
    }
    html.raw("</tbody></table></div>\n");
  }

  private static final String LATENCY =
      "Half of the requests take p50 or less, 99 of 100 take p99 or less. Each latency counts from the"
          + " moment the request was due, not from the moment the generator sent it, so a stall delays"
          + " every request that was due during the stall. The latency of a booking includes its repeats."
          + " A request belongs to the fault during which it was due.";

  private void row(String operation, String phase, Histogram histogram) {
    html.raw("<tr><th>").text(operation).raw("</th><td>").text(phase).raw("</td><td class=\"n\">");
    html.text(Figures.count(histogram.getTotalCount())).raw("</td>");
    for (double percentile : new double[] {50, 95, 99, 100}) {
      html.raw("<td class=\"n\">");
      html.text(Figures.millis(histogram.getValueAtPercentile(percentile) / 1e3)).raw("</td>");
    }
    html.raw("</tr>");
  }

  private void foot() {
    html.raw("<footer><p>")
        .text(run.when() + ". " + run.machine() + ". Clients, payment provider, ");
    html.text(
        "databases and service shared one machine. The latencies compare phases of one run; they");
    html.text(" are not a benchmark.");
    html.raw("</p><p>To repeat this run: <code>");
    html.text(
        String.format(
            Locale.ROOT,
            "mvn -Pdemo -Ddemo.seconds=%d -Ddemo.rate=%d -Ddemo.seed=%d",
            run.options().seconds(),
            run.options().rate(),
            run.options().seed()));
    html.raw("</code></p></footer>");
  }

  private static String styles() throws IOException {
    try (InputStream sheet = HtmlReport.class.getResourceAsStream("report.css")) {
      return new String(
          Objects.requireNonNull(sheet, "report.css").readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
