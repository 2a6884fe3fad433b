// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.examples.BookingSchema;
import dev.tenfold.examples.TopologyStamp;
import dev.tenfold.sharding.Topology;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
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
      if (!svg.contains("topo-t") && !svg.contains("slots-t")) {
        assertThat(svg.split("class=\"band\"")).hasSize(5);
      }
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
            new Fault.Window("A", "The payment provider is slow", "Story.", 9, 21),
            new Fault.Window("B", "A standby stops following", "Story.", 26, 38),
            new Fault.Window("C", "Redis is killed", "Story.", 43, 50),
            new Fault.Window("D", "One instance is killed", "Story.", 55, 63));
    var latencies = new LatencyBook(List.of("nothing broken", "B: A standby stops following"));
    for (int second = 1; second <= 79; second++) {
      int now = second;
      double wave = random.nextDouble();
      Map<String, Double> values = new HashMap<>();
      values.put("rate.arrived", second <= 75 ? 200.0 : 0);
      values.put("rate.answered", second <= 75 ? 195 + 10 * wave : 3);
      values.put("rate.refused", windows.get(0).holdsAt(second) ? 20 * wave : 0);
      values.put("rate.failed", windows.get(3).holdsAt(second) ? 6 * wave : 0);
      values.put("pending.bookings", windows.get(0).holdsAt(second) ? (second - 9) * 20.0 : 2);
      for (Operation operation : Operation.values()) {
        double base = 2 + operation.ordinal() * 8;
        values.put("latency." + operation.key() + ".p50", base + wave);
        values.put("latency." + operation.key() + ".p95", base * 3 + wave * 4);
        values.put("latency." + operation.key() + ".p99", base * 8 + wave * 30);
        latencies.record(operation, "nothing broken", (long) (base * 1e6));
      }
      values.put("cache.memory", 80 * wave);
      values.put("cache.remote", windows.get(2).holdsAt(now) ? 0 : 10.0);
      values.put("cache.loaded", windows.get(2).holdsAt(now) ? 20.0 : 8);
      values.put("reads.standby", 60.0);
      values.put("reads.primary", 10.0);
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
            "route by version 2 with checksum " + growth.routing().published().checksum(),
            "341 slots and about ",
            Html.escape(growth.text()));
  }
}
