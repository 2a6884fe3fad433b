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

/** The page that a run leaves behind: one file, nothing fetched, readable without knowing us. */
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
    html.raw("<title>Tenfold: first light</title><link rel=\"icon\" href=\"data:,\"><style>");
    html.raw(styles()).raw("</style></head><body><main>\n");
    head();
    tiles();
    html.element("h2", "What ran").element("p", WHAT_RAN).raw(TopologyFigure.html());
    faults();
    html.element("h2", "What was promised, and what was found").element("p", WARM_UP);
    promises();
    html.element("h2", "The run, second by second");
    html.element("p", HOW_TO_READ).raw(ReportCharts.html(run));
    html.element("h2", "Waiting times");
    percentiles();
    html.raw(GrowthSection.html(run.growth()));
    foot();
    return html.raw("</main></body></html>\n").toString();
  }

  private static final String WHAT_RAN =
      "A booking service in two processes. Users are spread over two database shards by their id, as a"
          + " file says that both processes watch; each shard has a standby that repeats its primary's"
          + " writes and answers reads. Profiles are cached in the processes and in Redis. A booking is one"
          + " database transaction, followed by a charge at a payment provider that belongs to somebody"
          + " else. The letters mark what was broken on purpose.";

  private static final String HOW_TO_READ =
      "All charts share one time axis, in minutes and seconds since the traffic began. The tinted bands"
          + " are the four faults. The dashed vertical line is where the traffic ends; what follows is"
          + " the drain, in which open bookings are repeated until they are answered.";

  private static final String WARM_UP =
      "The first few seconds of traffic, in which programs load, are not in the charts; their bookings"
          + " are checked like all others, so the numbers here are a little larger.";

  private void head() {
    boolean held = run.everyPromiseHeld();
    html.raw("<p class=\"brand\"><b>Tenfold</b> · first light</p>");
    html.element(
        "h1",
        held
            ? "Four things broke. No booking was lost, doubled or charged in vain."
            : "Four things broke, and so did a promise.");
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
        + " seconds, "
        + Figures.count(totals.requests())
        + " requests reached a small booking service, "
        + run.options().rate()
        + " every second, whether or not it kept up. Meanwhile its payment provider became slow, a"
        + " database standby stopped following, the shared cache was killed, and one of the two service"
        + " processes was killed. Clients made "
        + Figures.count(totals.bookings())
        + " bookings; those that got no answer asked again under the same key, "
        + Figures.count(totals.repeats())
        + " times in all. Afterwards the databases, the provider's books and the answers that clients"
        + " had received were compared line by line.";
  }

  private void tiles() {
    RunRecord.Totals totals = run.totals();
    Histogram reads = new Histogram(run.latencies().total(Operation.PROFILE));
    reads.add(run.latencies().total(Operation.LIST));
    html.raw("<ul class=\"tiles\">");
    tile(Figures.count(totals.requests()), "requests were due");
    tile(Figures.count(totals.bookings()), "bookings were among them");
    tile(
        Figures.count(totals.unansweredAttempts()),
        "attempts got no answer while things were broken, "
            + Figures.count(totals.readsLost())
            + " of them reads, which nobody repeats");
    tile(Figures.count(totals.repeatedCharges()), "repeated charges recognised by the provider");
    tile(Figures.millis(reads.getValueAtPercentile(50) / 1e3), "a read takes, half of the time");
    tile(
        Figures.millis(reads.getValueAtPercentile(99) / 1e3),
        "or less for 99 of 100 reads, faults included");
    html.raw("</ul>\n");
  }

  private void tile(String number, String words) {
    html.raw("<li><b>").text(number).raw("</b><span>").text(words).raw("</span></li>");
  }

  private void faults() {
    html.element("h2", "What was broken").raw("<ul class=\"faults\">");
    for (Fault.Window window : run.windows()) {
      html.raw("<li><span class=\"mark\">").text(window.letter()).raw("</span> <b>");
      html.text(window.title()).raw("</b> <time>").text(Figures.clock(window.fromSeconds()));
      html.text(" to " + Figures.clock(window.toSeconds())).raw("</time><p>").text(window.story());
      html.raw("</p><p class=\"seen\">");
      html.text(run.faultTraces().getOrDefault(window.letter(), "Nothing was seen of it."));
      html.raw("</p></li>");
    }
    html.raw("</ul>\n");
  }

  private void promises() {
    html.raw(
        "<table class=\"promises\"><thead><tr><th>Promise</th><th>Looked at</th><th>Result</th>");
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
    html.element("p", WAITING);
    html.raw("<div class=\"scroll\"><table><thead><tr><th>Request</th><th>While</th>");
    for (String head : new String[] {"count", "p50", "p95", "p99", "longest"}) {
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

  private static final String WAITING =
      "p50 is the wait that half of the requests stay below, p99 the one that 99 of 100 stay below. Every"
          + " wait counts from the moment the request was due, not from when the generator got round to"
          + " it, so a stall is seen by everybody whom it kept waiting. A booking's wait includes all its"
          + " repeats. A request is filed under what was broken when it was due.";

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
        "databases and service shared this machine, so the waiting times compare phases of one ");
    html.text("run with each other; they are no benchmark.");
    html.raw("</p><p>Again: <code>");
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
