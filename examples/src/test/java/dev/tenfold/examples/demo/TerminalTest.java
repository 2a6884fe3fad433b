// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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

  @ParameterizedTest
  @ValueSource(ints = {40, 60, 77, 78, 120})
  void liveView_anyWidth_leavesOnePanelOnTheScreen(int columns) {
    var bytes = new ByteArrayOutputStream();
    var view = new LiveView(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    play(view, 12);
    var screen = new Screen(columns);
    screen.take(bytes.toString(StandardCharsets.UTF_8));
    assertThat(screen.rows()).filteredOn(row -> row.contains("Tenfold demo")).hasSize(1);
    assertThat(screen.rows()).filteredOn(row -> row.contains("fault now")).hasSize(1);
    assertThat(screen.rows()).filteredOn(row -> row.contains("breakers")).hasSize(2);
    assertThat(screen.rows()).contains("begin");
  }

  @Test
  void liveView_seventyColumns_areEnoughForThePanel() {
    var bytes = new ByteArrayOutputStream();
    play(new LiveView(new PrintStream(bytes, true, StandardCharsets.UTF_8)), 12);
    var narrow = new Screen(70);
    var wide = new Screen(200);
    narrow.take(bytes.toString(StandardCharsets.UTF_8));
    wide.take(bytes.toString(StandardCharsets.UTF_8));
    assertThat(narrow.rows()).isEqualTo(wide.rows());
  }

  /** A terminal that knows what the view uses: rows, wrapping, moving up, clearing. */
  private static final class Screen {
    private final int columns;
    private final List<StringBuilder> rows = new ArrayList<>(List.of(new StringBuilder()));
    private boolean wraps = true;
    private int row;
    private int column;

    Screen(int columns) {
      this.columns = columns;
    }

    List<String> rows() {
      return rows.stream().map(text -> text.toString().stripTrailing()).toList();
    }

    void take(String text) {
      Matcher parts = Pattern.compile("\u001b\\[([?\\d]*)([A-Za-z])|.|\\R").matcher(text);
      while (parts.find()) {
        if (parts.group(2) != null) {
          control(parts.group(1), parts.group(2).charAt(0));
        } else {
          character(parts.group().charAt(0));
        }
      }
    }

    private void control(String argument, char command) {
      switch (command) {
        case 'A' -> row = Math.max(0, row - Integer.parseInt(argument));
        case 'J' -> {
          rows.get(row).setLength(Math.min(column, rows.get(row).length()));
          rows.subList(row + 1, rows.size()).clear();
        }
        case 'K' -> rows.get(row).setLength(Math.min(column, rows.get(row).length()));
        case 'h', 'l' -> wraps = command == 'h';
        default -> assertThat(command).isEqualTo('m');
      }
    }

    private void character(char character) {
      if (character == '\r') {
        column = 0;
      } else if (character == '\n') {
        down();
      } else {
        if (column == columns && wraps) {
          down();
        }
        StringBuilder text = rows.get(row);
        int at = Math.min(column, columns - 1);
        text.append(" ".repeat(Math.max(0, at + 1 - text.length()))).setCharAt(at, character);
        column = at + 1;
      }
    }

    private void down() {
      row++;
      column = 0;
      if (row == rows.size()) {
        rows.add(new StringBuilder());
      }
    }
  }

  private static void play(View view, int seconds) {
    var timeline = new Timeline();
    view.say("begin");
    for (int second = 1; second <= seconds; second++) {
      var sample = new Timeline.Sample(second, signals());
      timeline.add(sample);
      String fault = second >= 12 && second < 18 ? "A: payments are slow" : "";
      view.show(new View.Frame(30, fault, sample, timeline));
    }
  }

  private static Map<String, Double> signals() {
    Map<String, Double> signals = new HashMap<>();
    signals.put("rate.answered", 200.0);
    for (Operation operation : Operation.values()) {
      for (String percentile : List.of(".p50", ".p95", ".p99")) {
        signals.put("latency." + operation.key() + percentile, 123.0);
      }
    }
    for (String instance : List.of("a", "b")) {
      signals.put("breaker." + instance + " payments", 1.0);
      signals.put("breaker." + instance + " redis", 0.0);
    }
    for (String pool : List.of("s0 primary", "s0 standby", "s1 primary", "s1 standby")) {
      signals.put("saturation." + pool, 0.25);
    }
    return signals;
  }
}
