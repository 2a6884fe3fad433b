// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.core.StableHash;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** A watch whose heap is too small for the text of its source. */
class TopologyWatchIT {

  @Test
  void poll_memoryEndsWhileItParses_isCountedAndRememberedAndThePollsGoOn()
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeap.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed).contains("thrown OutOfMemoryError, failures 2, refusals 0");
    assertThat(printed).contains("remembered OutOfMemoryError, then version 2");
  }

  /** Refreshes and polls a text of the maximal numbers of characters and lines. */
  static final class SmallHeap {
    private SmallHeap() {}

    public static void main(String[] arguments) {
      Topology first = Topology.builder("orders").slots(64).shard("a", 1).build();
      String[] text = {first.text()};
      ManualTimeSource time = new ManualTimeSource();
      TopologyWatch watch =
          TopologyWatch.builder(() -> text[0]).timeSource(time).executor(Runnable::run).build();
      text[0] = lines();
      String thrown = "nothing";
      try {
        watch.refresh();
      } catch (Throwable failure) {
        thrown = failure.getClass().getSimpleName();
      }
      time.advance(Duration.ofSeconds(5));
      System.out.println(
          ("thrown " + thrown + ", failures " + watch.failures())
              + (", refusals " + watch.refusals()));
      String remembered =
          watch.lastFailure().map(f -> f.getCause().getClass().getSimpleName()).orElse("nothing");
      text[0] = first.evolve().add("b", 1).build().text();
      time.advance(Duration.ofSeconds(5));
      System.out.println(
          "remembered " + remembered + ", then version " + watch.current().version());
    }

    private static String lines() {
      String body = "tenfold-topology 1\n" + "\n".repeat(4_190_000);
      return body + "checksum " + HexFormat.of().toHexDigits(StableHash.hash(body)) + "\n";
    }
  }
}
