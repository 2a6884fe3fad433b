// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The view for a terminal: one panel, redrawn in place. The panel is drawn with automatic wrapping
 * off, so that a terminal narrower than the panel cuts its lines and every line stays one row.
 */
final class LiveView implements View {
  private static final String DIM = "\u001b[2m";
  private static final String BOLD = "\u001b[1m";
  private static final String RED = "\u001b[31m";
  private static final String YELLOW = "\u001b[33m";
  private static final String GREEN = "\u001b[32m";
  private static final String PLAIN = "\u001b[0m";
  private static final String WRAP_OFF = "\u001b[?7l";
  private static final String WRAP_ON = "\u001b[?7h";
  private static final String CLEAR_LINE = "\u001b[K";
  private static final String CLEAR_BELOW = "\u001b[J";
  private static final String BARS = "▁▂▃▄▅▆▇█";
  private static final int SPARK = 20;
  private static final int PROGRESS = 32;

  private final PrintStream out;
  private int drawn;

  LiveView(PrintStream out) {
    this.out = out;
  }

  @Override
  public void say(String line) {
    erase();
    out.println(line);
    out.flush();
  }

  @Override
  public void show(Frame frame) {
    List<String> lines = panel(frame);
    var screen = new StringBuilder(WRAP_OFF);
    if (drawn > 0) {
      screen.append("\u001b[").append(drawn).append('A');
    }
    lines.forEach(line -> screen.append('\r').append(line).append(CLEAR_LINE).append('\n'));
    screen.append(CLEAR_BELOW).append(WRAP_ON);
    out.print(screen);
    out.flush();
    drawn = lines.size();
  }

  private void erase() {
    if (drawn > 0) {
      out.print("\u001b[" + drawn + "A\r" + CLEAR_BELOW);
      drawn = 0;
    }
  }

  private static List<String> panel(Frame frame) {
    Timeline.Sample sample = frame.sample();
    var lines = new ArrayList<String>();
    lines.add("");
    lines.add(progress(frame));
    lines.add(
        label("fault now")
            + (frame.fault().isEmpty()
                ? DIM + "none" + PLAIN
                : RED + BOLD + frame.fault() + PLAIN));
    lines.add(traffic(sample));
    for (Operation operation : Operation.values()) {
      lines.add(latency(frame, operation));
    }
    lines.add(
        label("cache hits")
            + pad(Figures.percent(sample.value("cache.ratio")), 8)
            + DIM
            + "memory "
            + Figures.count(sample.valueOr("cache.memory", 0))
            + "/s, Redis "
            + Figures.count(sample.valueOr("cache.remote", 0))
            + "/s, loaded "
            + Figures.count(sample.valueOr("cache.loaded", 0))
            + "/s"
            + PLAIN);
    lines.add(
        label("reads from")
            + "standby "
            + Figures.count(sample.valueOr("reads.standby", 0))
            + "/s, primary "
            + Figures.count(sample.valueOr("reads.primary", 0))
            + "/s"
            + DIM
            + "   stalest "
            + Figures.seconds(sample.valueOr("stale.standby", 0))
            + PLAIN);
    lines.addAll(breakers(sample));
    lines.addAll(pools(sample));
    return lines;
  }

  private static String progress(Frame frame) {
    double done = Math.min(1, frame.sample().second() / frame.totalSeconds());
    int filled = (int) Math.round(done * PROGRESS);
    return BOLD
        + "  Tenfold "
        + PLAIN
        + DIM
        + "demo  "
        + PLAIN
        + "█".repeat(filled)
        + DIM
        + "░".repeat(PROGRESS - filled)
        + PLAIN
        + "  "
        + Figures.clock(frame.sample().second())
        + " of "
        + Figures.clock(frame.totalSeconds());
  }

  private static String traffic(Timeline.Sample sample) {
    double unanswered = PlainView.unanswered(sample);
    return label("requests")
        + pad(Figures.count(sample.value("rate.answered")) + "/s", 8)
        + (unanswered > 0 ? YELLOW : DIM)
        + "unanswered "
        + pad(Figures.count(unanswered) + "/s", 7)
        + PLAIN
        + DIM
        + "waiting "
        + Figures.count(sample.value("pending"))
        + PLAIN;
  }

  private static String latency(Frame frame, Operation operation) {
    String prefix = "latency." + operation.key();
    Timeline.Sample sample = frame.sample();
    return label(operation.key())
        + "p50 "
        + pad(Figures.millis(sample.value(prefix + ".p50")), 8)
        + "p95 "
        + pad(Figures.millis(sample.value(prefix + ".p95")), 8)
        + "p99 "
        + pad(Figures.millis(sample.value(prefix + ".p99")), 8)
        + DIM
        + spark(frame.timeline().series(prefix + ".p99"))
        + PLAIN;
  }

  /** A line per instance. */
  private static List<String> breakers(Timeline.Sample sample) {
    Map<String, StringBuilder> instances = new TreeMap<>();
    for (String name : new TreeSet<>(sample.values().keySet())) {
      if (name.startsWith("breaker.")) {
        String[] owner = name.substring("breaker.".length()).split(" ", 2);
        instances
            .computeIfAbsent(owner[0], first -> new StringBuilder(first).append("  "))
            .append(breaker(owner[1], (int) sample.value(name)));
      }
    }
    return instances.values().stream().map(line -> label("breakers") + line).toList();
  }

  private static String breaker(String name, int state) {
    String color = state == 0 ? GREEN : state == 1 ? YELLOW : RED;
    String sign = state == 0 ? "● " : state == 1 ? "◐ " : "○ ";
    String word = state == 0 ? "closed" : state == 1 ? "half-open" : "open";
    return color + sign + PLAIN + name + " " + DIM + pad(word, 11) + PLAIN;
  }

  /** A line per shard. */
  private static List<String> pools(Timeline.Sample sample) {
    Map<String, StringBuilder> shards = new TreeMap<>();
    for (String name : new TreeSet<>(sample.values().keySet())) {
      if (name.startsWith("saturation.")) {
        String[] pool = name.substring("saturation.".length()).split(" ", 2);
        shards
            .computeIfAbsent(pool[0], first -> new StringBuilder(pad(first, 4)))
            .append(pool[1])
            .append(' ')
            .append(pad(Figures.percent(sample.value(name)), 6));
      }
    }
    return shards.values().stream().map(line -> label("pools") + line).toList();
  }

  private static String spark(double[] values) {
    var text = new StringBuilder();
    for (int i = Math.max(0, values.length - SPARK); i < values.length; i++) {
      // From 1 ms to 10 s in eight steps: half a decade each.
      double level = Double.isNaN(values[i]) ? 0 : 2 * Math.log10(Math.max(1, values[i]));
      text.append(BARS.charAt((int) Math.min(BARS.length() - 1L, Math.round(level))));
    }
    return text.toString();
  }

  private static String label(String text) {
    return "  " + DIM + pad(text, 12) + PLAIN;
  }

  private static String pad(String text, int width) {
    return text + " ".repeat(Math.max(1, width - text.length()));
  }
}
