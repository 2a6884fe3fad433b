// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.history;

import dev.tenfold.core.ManualTimeSource;
import dev.tenfold.sharding.history.Event.Captured;
import dev.tenfold.sharding.history.Event.Merged;
import dev.tenfold.sharding.history.Event.Promoted;
import dev.tenfold.sharding.jdbc.Tokens;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random script for three servers, two processes that read and write them, and the faults of the
 * servers, in virtual time on one thread. A seed is a script. {@link HistoryChecker} judges.
 */
public final class Simulation {
  static final int REGISTERS = 3;
  private static final int STEPS = 250;
  private static final int MAX_SCOPES = 4;

  final Random random;
  final ManualTimeSource time = ManualTimeSource.autoAdvancing();
  final History history = new History();
  final SimulatedServer[] servers = {
    new SimulatedServer("primary", false),
    new SimulatedServer("s1", true),
    new SimulatedServer("s2", true)
  };
  private final List<SimulatedProcess> processes = new ArrayList<>();
  private final List<SimulatedScope> scopes = new ArrayList<>();
  private final List<Known> tokens = new ArrayList<>();
  private SimulatedServer primary = servers[0];
  private long timeline = 1;
  private long clock;
  private long scopeNumbers;
  private long tokenNumbers;

  /** A token and its number in the history. */
  private record Known(long number, String text) {}

  private Simulation(long seed) {
    this.random = new Random(seed);
    for (int i = 0; i < 2; i++) {
      processes.add(new SimulatedProcess(servers, time, random, this::duringCommit));
    }
    time.advance(Duration.ZERO);
  }

  /**
   * Plays seeds until one breaks the promise.
   *
   * @param first the first seed
   * @param count how many of them
   * @return the violation; null if there is none
   */
  public static String firstFailure(long first, long count) {
    for (long seed = first; seed < first + count; seed++) {
      List<String> violations = HistoryChecker.violations(history(seed));
      if (!violations.isEmpty()) {
        return "seed " + seed + ": " + violations.get(0);
      }
    }
    return null;
  }

  /** Plays a seed. */
  static History history(long seed) {
    Simulation simulation = new Simulation(seed);
    simulation.play();
    return simulation.history;
  }

  /** Plays seeds and counts what happened in them. */
  static HistoryFigures figures(long first, long count) {
    HistoryFigures figures = new HistoryFigures();
    for (long seed = first; seed < first + count; seed++) {
      figures.add(history(seed));
    }
    return figures;
  }

  /** Returns a moment after all others. */
  long now() {
    return ++clock;
  }

  boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private void play() {
    for (int i = 0; i < STEPS; i++) {
      step();
    }
    scopes.forEach(SimulatedScope::close);
    processes.forEach(SimulatedProcess::close);
  }

  private void step() {
    switch (random.nextInt(30)) {
      case 0, 1 -> open();
      case 2 -> capture();
      case 3 -> merge();
      case 4, 5, 6, 7 -> pass();
      case 8, 9, 10 -> replay();
      case 11 -> primary.fill(random.nextInt(40));
      case 12, 13 -> fault();
      default -> {
        if (!scopes.isEmpty()) {
          scopes.get(random.nextInt(scopes.size())).step();
        }
      }
    }
  }

  // Scopes and tokens.

  private void open() {
    if (scopes.size() == MAX_SCOPES) {
      scopes.remove(random.nextInt(scopes.size())).close();
    }
    SimulatedProcess process = processes.get(random.nextInt(processes.size()));
    long token = 0;
    String text = null;
    if (oneIn(8)) {
      token = Event.JUST_NOW;
      text = oneIn(2) ? Tokens.JUST_NOW : "forged";
    } else if (!tokens.isEmpty() && !oneIn(4)) {
      Known known = tokens.get(random.nextInt(tokens.size()));
      token = known.number;
      text = known.text;
    }
    long begin = now();
    scopes.add(new SimulatedScope(this, process, ++scopeNumbers, text));
    history.accept(new Event.Opened(scopeNumbers, begin, now(), token));
  }

  private void capture() {
    if (!scopes.isEmpty()) {
      SimulatedScope scope = scopes.get(random.nextInt(scopes.size()));
      long begin = now();
      String text = scope.captured();
      if (text != null) {
        add(text);
        history.accept(new Captured(scope.number, begin, tokenNumbers));
      }
    }
  }

  private void merge() {
    if (tokens.size() > 1) {
      Known first = tokens.get(random.nextInt(tokens.size()));
      Known second = tokens.get(random.nextInt(tokens.size()));
      add(Tokens.merge(first.text, second.text));
      history.accept(new Merged(now(), tokenNumbers, first.number, second.number));
    }
  }

  private void add(String text) {
    if (tokens.size() == MAX_SCOPES) {
      tokens.remove(random.nextInt(tokens.size()));
    }
    tokens.add(new Known(++tokenNumbers, text));
  }

  // Servers.

  private void pass() {
    time.advance(Duration.ofMillis(oneIn(2) ? random.nextInt(20) : random.nextInt(1500)));
  }

  /** Lets time and replay pass while a transaction is being committed. */
  void duringCommit() {
    if (oneIn(2)) {
      replay();
      time.advance(Duration.ofMillis(random.nextInt(1200)));
    }
  }

  private SimulatedServer standby() {
    int index = random.nextInt(servers.length);
    return servers[index] == primary ? servers[(index + 1) % servers.length] : servers[index];
  }

  private void replay() {
    SimulatedServer standby = standby();
    long behind = primary.position() - standby.position();
    if (standby.isAlive() && behind > 0) {
      long upTo = oneIn(2) ? primary.position() : standby.position() + random.nextLong(behind);
      standby.replay(primary, upTo);
    }
  }

  private void fault() {
    SimulatedServer standby = standby();
    switch (random.nextInt(14)) {
      case 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 -> {
        if (standby.isAlive()) {
          standby.crashBackTo(standby.position() - random.nextInt(60));
        }
      }
      case 10, 11 -> standby.answerProbes(oneIn(3));
      case 12 -> {
        if (standby.isAlive() && oneIn(2)) {
          failOver(standby);
        }
      }
      default -> standby.follow(primary);
    }
  }

  private void failOver(SimulatedServer next) {
    primary.kill();
    next.promote(++timeline); // never one number for two servers: that is not promised
    next.answerProbes(true);
    primary = next;
    history.accept(new Promoted(now(), next.versions()));
    pass();
  }
}
