// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The methods on the blocking path of a call are small enough to be inlined. HotSpot does not
 * inline a method of 325 bytes of bytecode or more, however hot it is (FreqInlineSize).
 */
class HotMethodSizeTest {
  private static final int FREQ_INLINE_SIZE = 325;
  private static final Pattern METHOD = Pattern.compile("^  \\S.*\\(.*;$");
  private static final Pattern INSTRUCTION = Pattern.compile("^ +(\\d+): \\w.*");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Pipeline",
        "GateStep",
        "RetryStep",
        "TimeoutStep",
        "MetricsStep",
        "CircuitBreaker",
        "BreakerStateMachine",
        "Bulkhead",
        "RateLimiter",
        "Retry",
        "CountWindow",
        "TimeWindow"
      })
  void hotClass_everyMethod_isSmallEnoughToBeInlined(String name) {
    List<String> tooLarge = new ArrayList<>();
    int methods = 0;
    String method = "";
    for (String line : disassembled(name).lines().toList()) {
      if (METHOD.matcher(line).matches()) {
        method = line.strip();
        methods++;
      }
      Matcher instruction = INSTRUCTION.matcher(line);
      if (instruction.matches() && Integer.parseInt(instruction.group(1)) >= FREQ_INLINE_SIZE) {
        tooLarge.add(method);
      }
    }
    assertThat(methods).as("methods that javap shows of %s", name).isPositive();
    assertThat(tooLarge).as("methods of %s that HotSpot does not inline", name).isEmpty();
  }

  private static String disassembled(String name) {
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    String type = HotMethodSizeTest.class.getPackageName() + "." + name;
    String path = System.getProperty("java.class.path");
    int code =
        javap.run(new PrintWriter(out), new PrintWriter(errors), "-c", "-p", "-cp", path, type);
    assertThat(code).as("javap %s: %s", type, errors).isZero();
    return out.toString();
  }
}
