// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jol.info.GraphLayout;

/**
 * The meter that uses JMH for times and JOL for footprints. Each measured time is a fork of its
 * own, so that no other arm influences the compiled code. The value is the median of the
 * iterations.
 */
final class ForkMeter implements Meter {
  /** A fixed heap, and the collector with the cheapest barriers. */
  private static final String[] FORK = {"-Xms1g", "-Xmx1g", "-XX:+UseParallelGC"};

  private static final TimeValue FORK_TIMEOUT = TimeValue.seconds(60);
  private static final String ALLOCATED = "gc.alloc.rate.norm";

  private final PrintStream log;
  private final JmhResults results = new JmhResults();

  /** Creates a meter. JMH's output goes to the log. */
  ForkMeter(PrintStream log) {
    this.log = log;
  }

  @Override
  public Sample measure(Arm arm, Timing timing) {
    if (arm instanceof Arm.Footprint footprint) {
      return new Sample(weigh(footprint.object().get()), Double.NaN);
    }
    if (arm instanceof Arm.AddedFootprint added) {
      Object one = added.object().get();
      return new Sample(weigh(one, added.object().get()) - weigh(one), Double.NaN);
    }
    if (arm instanceof Arm.Workload workload) {
      Duration measured = timing.each().multipliedBy(timing.measured());
      return new Sample(workload.workload().applyAsDouble(measured), Double.NaN);
    }
    return time((Arm.Timed) arm, timing);
  }

  static Options options(Arm.Timed arm, Timing timing) {
    TimeValue each = TimeValue.milliseconds(timing.each().toMillis());
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .include("^" + Pattern.quote(arm.benchmark()) + "$")
            .mode(Mode.AverageTime)
            .timeUnit(TimeUnit.NANOSECONDS)
            .threads(arm.threads())
            .forks(1)
            .warmupIterations(timing.warmups())
            .warmupTime(each)
            .measurementIterations(timing.measured())
            .measurementTime(each)
            .timeout(FORK_TIMEOUT)
            .addProfiler(GCProfiler.class)
            .jvmArgs(FORK)
            .shouldFailOnError(true);
    arm.params().forEach(options::param);
    return options.build();
  }

  private Sample time(Arm.Timed arm, Timing timing) {
    try {
      RunResult result =
          new Runner(
                  options(arm, timing),
                  OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL))
              .runSingle();
      results.add(arm, result);
      return new Sample(median(result), allocated(result));
    } catch (RunnerException e) {
      throw new MeasurementException(arm, e);
    }
  }

  @Override
  public void writeJmhResults(Path file) throws IOException {
    results.write(file);
  }

  /** Returns the median, which one disturbed iteration does not change. */
  private static double median(RunResult result) {
    return result.getPrimaryResult().getStatistics().getPercentile(50);
  }

  private static double allocated(RunResult result) {
    for (String label : result.getSecondaryResults().keySet()) {
      if (label.endsWith(ALLOCATED)) {
        return result.getSecondaryResults().get(label).getScore();
      }
    }
    return Double.NaN;
  }

  /** Returns the bytes of the objects and of everything they refer to; shared parts count once. */
  private double weigh(Object... objects) {
    // JOL needs the property to read the fields of records.
    System.setProperty("jol.magicFieldOffset", "true");
    // JOL prints a warning to standard output, where the table goes.
    PrintStream out = System.out;
    System.setOut(log);
    try {
      return GraphLayout.parseInstance(objects).totalSize();
    } finally {
      System.setOut(out);
    }
  }
}
