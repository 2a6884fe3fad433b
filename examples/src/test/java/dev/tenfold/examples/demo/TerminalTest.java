// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TerminalTest {

  @Test
  void fits_terminal_onlyIfInteractiveCapableAndNotAskedOtherwise() {
    assertThat(Terminal.fits("xterm", null, true)).isTrue();
    assertThat(Terminal.fits("xterm", "", true)).isTrue();
    assertThat(Terminal.fits("xterm", null, false)).isFalse();
    assertThat(Terminal.fits("xterm", "1", true)).isFalse();
    assertThat(Terminal.fits("dumb", null, true)).isFalse();
    assertThat(Terminal.fits(null, null, true)).isFalse();
  }

  @Test
  void plainView_wholeRun_writesNoControlCharacters() {
    var bytes = new ByteArrayOutputStream();
    var view = new PlainView(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    play(view, 30);
    assertThat(bytes.toString(StandardCharsets.UTF_8))
        .doesNotContain("\u001b")
        .doesNotContain("\r")
        .hasLineCount(1 + 6 + 2);
  }

  @Test
  void liveView_secondFrame_movesBackOverTheFirst() {
    var bytes = new ByteArrayOutputStream();
    var view = new LiveView(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    play(view, 2);
    assertThat(bytes.toString(StandardCharsets.UTF_8)).contains("\u001b[").contains("0:02 of 0:30");
  }

  private static void play(View view, int seconds) {
    var timeline = new Timeline();
    view.say("begin");
    for (int second = 1; second <= seconds; second++) {
      var sample = new Timeline.Sample(second, Map.of("rate.answered", 200.0));
      timeline.add(sample);
      String fault = second >= 12 && second < 18 ? "A: payments are slow" : "";
      view.show(new View.Frame(30, fault, sample, timeline));
    }
  }
}
