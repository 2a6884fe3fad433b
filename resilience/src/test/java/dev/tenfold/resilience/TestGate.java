// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A gate that answers as told and writes down what it hears, alone or into a shared log. */
final class TestGate implements Gate {
  private final String name;
  private final LongSupplier answer;
  private final List<String> log;
  private final ConcurrentLinkedQueue<Exit> exits = new ConcurrentLinkedQueue<>();
  private int needs;
  private @Nullable RuntimeException exitFailure;
  private @Nullable RuntimeException judgeFailure;

  record Exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {}

  TestGate(String name, long answer) {
    this(name, () -> answer, Collections.synchronizedList(new ArrayList<>()));
  }

  TestGate(String name, LongSupplier answer, List<String> log) {
    this.name = name;
    this.answer = answer;
    this.log = log;
  }

  TestGate needing(int... bits) {
    needs = Arrays.stream(bits).sum();
    return this;
  }

  TestGate failingExit(RuntimeException failure) {
    exitFailure = failure;
    return this;
  }

  TestGate failingJudge(RuntimeException failure) {
    judgeFailure = failure;
    return this;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int needs() {
    return needs;
  }

  @Override
  public long enter(long nowNanos) {
    long permit = answer.getAsLong();
    log.add("enter " + name);
    return permit;
  }

  @Override
  public void exit(long permit, long beganNanos, long nowNanos, Verdict verdict) {
    log.add("exit " + name + " " + verdict);
    exits.add(new Exit(permit, beganNanos, nowNanos, verdict));
    if (exitFailure != null) {
      throw exitFailure;
    }
  }

  @Override
  public @Nullable Verdict judge(@Nullable Object value, @Nullable Throwable error) {
    if (judgeFailure != null) {
      throw judgeFailure;
    }
    return null;
  }

  List<Exit> exits() {
    return List.copyOf(exits);
  }

  List<Verdict> verdicts() {
    return exits.stream().map(Exit::verdict).toList();
  }
}
