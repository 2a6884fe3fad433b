// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.examples.BookingSchema;
import dev.tenfold.examples.TopologyStamp;
import dev.tenfold.sharding.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HtmlReportTest {
  @TempDir Path folder;

  @Test
  void write_everythingHeld_saysSoAndFetchesNothing() throws Exception {
    String page = page(new PromiseResult("A <b> promise", "Kept & sound.", "3 rows", List.of()));
    assertThat(page)
        .contains("Every promise held", "A &lt;b&gt; promise", "Kept &amp; sound.")
        .doesNotContain(
            "http://", "https://", "<script src", "<link rel=\"stylesheet\"", "NaN", "null");
  }

  @Test
  void write_brokenPromise_namesTheViolation() throws Exception {
    String page =
        page(new PromiseResult("Title", "Promise.", "3 rows", List.of("two bookings under k1")));
    assertThat(page).contains("0 of 1 promises held", "two bookings under k1", "✗ broken");
  }

  @Test
  void write_anyRun_everyChartIsWellFormedAndMarksEveryFault() throws Exception {
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    String[] plots = page.split("<svg ");
    assertThat(plots.length).isGreaterThan(12);
    for (int i = 1; i < plots.length; i++) {
      String svg = "<svg " + plots[i].substring(0, plots[i].indexOf("</svg>") + 6);
      DocumentBuilderFactory.newInstance()
          .newDocumentBuilder()
          .parse(
              new java.io.ByteArrayInputStream(
                  svg.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    for (String chart : charts(page)) {
      for (String plot : chart.substring(chart.indexOf("class=\"plot\"")).split("<svg ")) {
        if (plot.contains("</svg>")) {
          assertThat(plot.split("class=\"band\"")).hasSize(6);
        }
      }
    }
  }

  /** The figures with a time axis. */
  private static List<String> charts(String page) {
    List<String> charts =
        Arrays.stream(page.split("<figure class=\"chart\">"))
            .map(figure -> figure.substring(0, Math.max(0, figure.indexOf("</figure>"))))
            .filter(figure -> figure.contains("class=\"xlabels\""))
            .toList();
    assertThat(charts).hasSizeGreaterThan(10);
    return charts;
  }

  private static List<String> found(String regex, String text) {
    return Pattern.compile(regex).matcher(text).results().map(match -> match.group(1)).toList();
  }

  @Test
  void write_phone_noPictureIsWiderThanThePage() throws Exception {
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    String styles = page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
    assertThat(found("min-width: (\\d+)px", styles))
        .allSatisfy(width -> assertThat(Integer.parseInt(width)).isLessThan(320));

    String narrow = picture(page, "narrow");
    assertThat(viewBox(narrow)[0]).as("width of the picture for phones").isLessThan(460);
    for (String picture : List.of(narrow, picture(page, "wide"))) {
      int[] size = viewBox(picture);
      List<String> boxes = found("<rect class=\"box ([^>]*)>", picture);
      assertThat(boxes).hasSize(10);
      for (String box : boxes) {
        assertThat(number("x", box) + number("width", box)).isLessThan(size[0]);
        assertThat(number("y", box) + number("height", box)).isLessThan(size[1]);
      }
      List<String> badges = found("<circle class=\"badge\" ([^>]*)>", picture);
      assertThat(badges).hasSize(5);
      for (String badge : badges) {
        assertThat(number("cx", badge) + number("r", badge)).isLessThanOrEqualTo(size[0]);
        assertThat(number("cy", badge) - number("r", badge)).isNotNegative();
      }
    }
  }

  private static String picture(String page, String layout) {
    int from = page.indexOf("<svg class=\"" + layout + "\"");
    return page.substring(from, page.indexOf("</svg>", from));
  }

  private static int[] viewBox(String picture) {
    String box = found("viewBox=\"0 0 ([\\d ]+)\"", picture).get(0);
    return Arrays.stream(box.split(" ")).mapToInt(Integer::parseInt).toArray();
  }

  private static int number(String attribute, String element) {
    return Integer.parseInt(found("\\b" + attribute + "=\"(\\d+)\"", element).get(0));
  }

  @Test
  void write_anyRun_allChartsHaveOnePlotAreaAndOneTimeScale() throws Exception {
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    assertThat(charts(page))
        .allSatisfy(chart -> {
          assertThat(chart.split("<div class=\"ylabels\"")).as("label columns").hasSize(2);
          assertThat(chart.split("<div class=\"plot\"")).as("plot areas").hasSize(2);
        });
    assertThat(charts(page).stream().map(chart -> found("class=\"band\" x=\"([\\d.]+)\"", chart)))
        .allSatisfy(marks -> assertThat(Set.copyOf(marks)).hasSize(5));
    String styles = page.substring(page.indexOf("<style>"), page.indexOf("</style>"));
    assertThat(found("(?m)^ *([^\\n{]*)\\.xlabels \\{", styles))
        .as("other scales")
        .containsOnly("");
  }

  @Test
  void write_topologySwitch_isMarkedInEveryChart() throws Exception {
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    String at = Html.coordinate(23 / 79.0 * 1000);
    assertThat(charts(page))
        .allSatisfy(chart ->
            assertThat(chart).contains("<line class=\"switch\" x1=\"" + at + "\"", ">v2</b>"));
    assertThat(page).contains("The line v2 marks");
  }

  @Test
  void write_legend_showsEachLineAsThePlotDoes() throws Exception {
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    for (String chart : charts(page)) {
      int plot = chart.indexOf("<div class=\"frame\"");
      String shapes = "(?:path|rect|line) class=\"((?:line|area) c\\d|limit|closed)\"";
      assertThat(Set.copyOf(found(shapes, chart.substring(0, plot))))
          .isNotEmpty()
          .isEqualTo(Set.copyOf(found(shapes, chart.substring(plot))));
    }
  }

  private String page(PromiseResult result) throws Exception {
    Path file = folder.resolve("sub/report.html");
    HtmlReport.write(synthetic(List.of(result)), file);
    String copy = System.getProperty("demo.synthetic.report");
    if (copy != null) {
      Files.copy(file, Path.of(copy), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    return Files.readString(file);
  }

  private static RunRecord synthetic(List<PromiseResult> results) {
    var random = new SplittableRandom(3);
    var timeline = new Timeline();
    List<Fault.Window> windows =
        List.of(
            new Fault.Window("A", "The payment provider is slow", "Story.", 6, 19),
            new Fault.Window("B", "A standby stops following", "Story.", 24, 34),
            new Fault.Window("C", "Redis is killed", "Story.", 38, 45),
            new Fault.Window("D", "One instance is killed", "Story.", 49, 55),
            new Fault.Window("E", "A primary is lost", "Story.", 60, 69));
    var latencies = new LatencyBook(List.of("no fault", "B: A standby stops following"));
    for (int second = 1; second <= 79; second++) {
      int now = second;
      double wave = random.nextDouble();
      Map<String, Double> values = new HashMap<>();
      values.put("rate.arrived", second <= 75 ? 200.0 : 0);
      values.put("rate.answered", second <= 75 ? 195 + 10 * wave : 3);
      values.put("rate.refused", windows.get(0).holdsAt(second) ? 20 * wave : 0);
      values.put("rate.failed", windows.get(3).holdsAt(second) ? 6 * wave : 0);
      values.put("pending.bookings", windows.get(0).holdsAt(second) ? (second - 6) * 20.0 : 2);
      for (Operation operation : Operation.values()) {
        double base = 2 + operation.ordinal() * 8;
        values.put("latency." + operation.key() + ".p50", base + wave);
        values.put("latency." + operation.key() + ".p95", base * 3 + wave * 4);
        values.put("latency." + operation.key() + ".p99", base * 8 + wave * 30);
        latencies.record(operation, "no fault", (long) (base * 1e6));
      }
      values.put("cache.memory", 80 * wave);
      values.put("cache.remote", windows.get(2).holdsAt(now) ? 0 : 10.0);
      values.put("cache.loaded", windows.get(2).holdsAt(now) ? 20.0 : 8);
      values.put("reads.standby", 60.0);
      values.put("reads.primary", 10.0);
      values.put("reads.own.standby", 30.0);
      values.put("reads.own.primary", 5.0);
      values.put("stale.cached", 1.5 * wave);
      values.put("stale.standby", 0.3 * wave);
      values.put("breaker.a payments", windows.get(0).holdsAt(now) ? 1.0 + now % 2 : 0);
      if (!windows.get(3).holdsAt(now)) {
        values.put("breaker.b payments", 0.0);
      }
      values.put("saturation.s0 primary", 0.3 + 0.2 * wave);
      values.put("saturation.s0 standby", 0.1);
      timeline.add(new Timeline.Sample(second, values));
    }
    return new RunRecord(
        new DemoOptions(75, 200, 42, Path.of("target/demo")),
        "22 November 2026, 04:30 UTC",
        "2 cores, Linux, Java 17",
        windows,
        timeline,
        latencies,
        new RunRecord.Totals(15_000, 2_250, 2_250, 320, 310, 12, 41),
        6.0,
        2.0,
        Map.of("A", "Breakers opened 4 times.", "B", "All reads moved to the primary."),
        growth(),
        results);
  }

  private static Growth growth() {
    Topology now = BookingSchema.topology().evolve().pin(1, "s0").build();
    Map<Long, Long> bookings = new HashMap<>();
    for (long user = 1; user <= 300; user++) {
      bookings.put(user, 600 / user);
    }
    TopologyStamp stamp = TopologyStamp.of(now);
    return Growth.of(
        now,
        bookings,
        Map.of("s0", 2_500_000L, "s1", 2_100_000L),
        new Evidence.Routing(stamp, Map.of("a", stamp, "b", stamp), 23, 0.4));
  }

  @Test
  void write_anyRun_showsThePlanAndWhoAgreedOnTheTopology() throws Exception {
    Growth growth = growth();
    String page = page(new PromiseResult("Title", "Promise.", "3 rows", List.of()));
    assertThat(page)
        .contains(
            "reported version 2 with checksum " + growth.routing().published().checksum(),
            "341 slots and about ",
            Html.escape(growth.text()));
  }
}
