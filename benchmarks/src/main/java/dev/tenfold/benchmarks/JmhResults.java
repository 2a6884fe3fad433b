// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.WorkloadParams;

/**
 * The forks of a run in JMH's own JSON format, for the tools that read the format. The forks of one
 * arm, one from each round, become one entry with as many forks.
 */
final class JmhResults {
  private final Map<Arm.Timed, List<BenchmarkResult>> forks = new LinkedHashMap<>();

  void add(Arm.Timed arm, RunResult fork) {
    forks.computeIfAbsent(arm, first -> new ArrayList<>()).addAll(fork.getBenchmarkResults());
  }

  void write(Path file) throws IOException {
    List<RunResult> results =
        forks.values().stream()
            .map(each -> new RunResult(params(each.get(0).getParams(), each.size()), each))
            .toList();
    try (PrintStream out =
        new PrintStream(Files.newOutputStream(file), false, StandardCharsets.UTF_8)) {
      ResultFormatFactory.getInstance(ResultFormatType.JSON, out).writeOut(results);
    }
  }

  /** Copies what JMH knows of one fork, with the number of forks of the run. */
  private static BenchmarkParams params(BenchmarkParams one, int forks) {
    WorkloadParams workload = new WorkloadParams();
    int position = 0;
    for (String key : one.getParamsKeys()) {
      workload.put(key, one.getParam(key), position++);
    }
    return new BenchmarkParams(
        one.getBenchmark(),
        one.generatedBenchmark(),
        one.shouldSynchIterations(),
        one.getThreads(),
        one.getThreadGroups(),
        one.getThreadGroupLabels(),
        forks,
        one.getWarmupForks(),
        one.getWarmup(),
        one.getMeasurement(),
        one.getMode(),
        workload,
        one.getTimeUnit(),
        one.getOpsPerInvocation(),
        one.getJvm(),
        one.getJvmArgs(),
        one.getJdkVersion(),
        one.getVmName(),
        one.getVmVersion(),
        one.getJmhVersion(),
        one.getTimeout());
  }
}
