// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/**
 * Rule 6: no monitors, because a virtual thread that blocks while it holds one pins its carrier on
 * Java 21 to 23. Synchronized methods show in the modifiers, blocks only in the code: the JDK's own
 * disassembler is asked about every class file that holds the opcode's byte at all.
 */
final class MonitorRule implements Rule {
  private static final byte MONITORENTER = (byte) 0xc2;
  private static final Pattern MEMBER = Pattern.compile("^  \\S.*[;{]$");
  private static final Pattern ENTERS = Pattern.compile("^ +\\S+: monitorenter$");
  private static final String INSTEAD = "use a ReentrantLock or a VarHandle";

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>();
    for (JavaClass javaClass : subject.main()) {
      for (JavaMethod method : javaClass.getMethods()) {
        if (method.getModifiers().contains(JavaModifier.SYNCHRONIZED)) {
          violations.add(
              new Violation(
                  "monitors", method.getFullName(), "is a synchronized method; " + INSTEAD));
        }
      }
      Path file = Subject.classFile(javaClass);
      if (mayEnter(file)) {
        for (String member : membersThatEnter(file)) {
          violations.add(
              new Violation(
                  "monitors",
                  javaClass.getName(),
                  "has a synchronized block in " + member + " " + INSTEAD));
        }
      }
    }
    return violations;
  }

  private static boolean mayEnter(Path classFile) {
    try {
      for (byte b : Files.readAllBytes(classFile)) {
        if (b == MONITORENTER) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> membersThatEnter(Path classFile) {
    List<String> members = new ArrayList<>();
    String member = "?";
    for (String line : disassemble(classFile).split("\\R")) {
      Matcher header = MEMBER.matcher(line);
      if (header.matches()) {
        member = line.strip();
      } else if (ENTERS.matcher(line).matches() && !members.contains(member)) {
        members.add(member);
      }
    }
    return members;
  }

  private static String disassemble(Path classFile) {
    ToolProvider javap = ToolProvider.findFirst("javap").orElseThrow();
    var out = new StringWriter();
    var writer = new PrintWriter(out);
    int code = javap.run(writer, writer, "-c", "-p", classFile.toString());
    writer.flush();
    if (code != 0) {
      throw new IllegalStateException("javap answered " + code + " for " + classFile + ": " + out);
    }
    return out.toString();
  }
}
