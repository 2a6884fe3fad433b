// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import java.io.PrintStream;

/** The view for pipes and logs: a whole line every few seconds, without control characters. */
final class PlainView implements View {
  private static final double EVERY_SECONDS = 5;

  private final PrintStream out;
  private double nextSecond = EVERY_SECONDS;
  private String lastFault = "";

  PlainView(PrintStream out) {
    this.out = out;
  }

  @Override
  public void say(String line) {
    out.println(line);
    out.flush();
  }

  @Override
  public void show(Frame frame) {
    Timeline.Sample sample = frame.sample();
    if (sample.second() < nextSecond && frame.fault().equals(lastFault)) {
      return;
    }
    if (sample.second() >= nextSecond) {
      nextSecond += EVERY_SECONDS;
    }
    lastFault = frame.fault();
    say(
        Figures.clock(sample.second())
            + "  rate "
            + Figures.count(sample.value("rate.answered"))
            + "/s  unanswered "
            + Figures.count(unanswered(sample))
            + "/s  waiting "
            + Figures.count(sample.value("pending"))
            + percentiles(sample, Operation.PROFILE)
            + percentiles(sample, Operation.LIST)
            + percentiles(sample, Operation.BOOK)
            + "  hits "
            + Figures.percent(sample.value("cache.ratio"))
            + "  open breakers "
            + Figures.count(sample.valueOr("breakers.open", 0))
            + "  fullest pool "
            + Figures.percent(sample.value("pool.fullest"))
            + (frame.fault().isEmpty() ? "" : "  | " + frame.fault()));
  }

  static double unanswered(Timeline.Sample sample) {
    return sample.valueOr("rate.refused", 0)
        + sample.valueOr("rate.failed", 0)
        + sample.valueOr("rate.timedOut", 0);
  }

  private static String percentiles(Timeline.Sample sample, Operation operation) {
    String prefix = "latency." + operation.key();
    return "  "
        + operation.key()
        + " p50/p95/p99 "
        + Figures.millis(sample.value(prefix + ".p50"))
        + "/"
        + Figures.millis(sample.value(prefix + ".p95"))
        + "/"
        + Figures.millis(sample.value(prefix + ".p99"));
  }
}
