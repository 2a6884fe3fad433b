// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Real time, and strangers who have blocked the common pool for good. */
class BlockedPoolIT {
  private static final List<String> KINDS = List.of("timeout", "backoff", "queue", "limiter");

  /** What a wait may be late at best: the timer's own lateness, and a thread. */
  private static final int MAX_BEST_MILLIS = 30;

  /** What it may be late at worst, on a machine that does much else. */
  private static final int MAX_WORST_MILLIS = 5_000;

  @ParameterizedTest(name = "parallelism {0}")
  @ValueSource(ints = {1, 4})
  void callAsync_commonPoolBlocked_everyWaitEndsOnTime(int parallelism) throws Exception {
    Process process = start(parallelism);
    List<String> lines;
    try {
      lines =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
              .lines()
              .toList();
    } finally {
      process.destroyForcibly();
    }

    assertThat(lines).as("waits that ended").hasSize(KINDS.size());
    for (int i = 0; i < lines.size(); i++) {
      String[] words = lines.get(i).split(" ");
      assertThat(words[0]).isEqualTo(KINDS.get(i));
      assertThat(Integer.parseInt(words[1])).as("%s, at best", lines).isLessThan(MAX_BEST_MILLIS);
      assertThat(Integer.parseInt(words[2])).as("%s, at worst", lines).isLessThan(MAX_WORST_MILLIS);
    }
  }

  private static Process start(int parallelism) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx64m",
            "-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + parallelism,
            "-cp",
            System.getProperty("java.class.path"),
            BlockedPool.class.getName())
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }
}
