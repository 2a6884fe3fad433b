// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import com.sun.source.tree.BinaryTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.IdentifierTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MemberSelectTree;
import com.sun.source.tree.MethodInvocationTree;
import com.sun.source.tree.ParenthesizedTree;
import com.sun.source.util.TreeScanner;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import java.nio.file.Path;
import java.text.DecimalFormatSymbols;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Nothing depends on the JVM's default locale, in tests neither: digits are Arabic under {@code
 * ar-EG}, and the small letter of I has no dot under {@code tr-TR}. Compiled classes show the calls
 * that could name a locale. {@code String.formatted} and AssertJ's descriptions cannot: their
 * source must show a literal whose specifiers no locale changes, such as {@code %s}.
 */
final class LocaleRule implements Rule {
  private static final String INSTEAD = "name Locale.ROOT";
  private static final Pattern SPECIFIER = Pattern.compile("%[^a-zA-Z%]*[a-zA-Z%]");
  private static final Pattern WITHOUT_LOCALE =
      Pattern.compile("%(%|n|(\\d+\\$)?-?\\d*(\\.\\d+)?[sbc]|(\\d+\\$)?0?\\d*x)");

  /** What AssertJ formats by the default locale. */
  private static final Set<String> DESCRIBES =
      Set.of("as", "describedAs", "withFailMessage", "overridingErrorMessage", "hasMessage");

  private static final Set<String> ASSERTS = Set.of("fail", "assertThatThrownBy");

  private static final Calls CALLS =
      new Calls("locales")
          .forbid("java.lang.String", "format", LocaleRule::isWithout, INSTEAD)
          .forbid("java.lang.String", "to(Lower|Upper)Case", LocaleRule::isWithout, INSTEAD)
          .forbid("java.io.PrintStream", "format|printf", LocaleRule::isWithout, INSTEAD)
          .forbid("java.io.PrintWriter", "format|printf", LocaleRule::isWithout, INSTEAD)
          .forbid("java.util.Formatter", "<init>", LocaleRule::isWithout, INSTEAD)
          .forbid("java.text.Format", "<init>|get.*Instance", LocaleRule::isWithout, INSTEAD)
          .forbid("java.text.Collator", "getInstance", LocaleRule::isWithout, INSTEAD)
          .forbid("java.time.format.DateTimeFormatter", "of.*", LocaleRule::isWithout, INSTEAD)
          .forbid("java.util.Scanner", "<init>", "read lines and parse them");

  /** A test may ask for the default in order to restore it. */
  private static final Calls CALLS_OF_MAIN =
      new Calls("locales").forbid("java.util.Locale", "getDefault", INSTEAD);

  @Override
  public List<Violation> check(Subject subject) {
    List<Violation> violations = new ArrayList<>(CALLS.in(subject.main()));
    violations.addAll(CALLS.in(subject.tests()));
    violations.addAll(CALLS_OF_MAIN.in(subject.main()));
    List<Path> files = new ArrayList<>(subject.mainSources());
    files.addAll(subject.testSources());
    ParsedSources sources = ParsedSources.of(files);
    for (CompilationUnitTree unit : sources.units()) {
      String file = subject.directory().relativize(ParsedSources.file(unit)).toString();
      new Formats(unit, sources, file, violations).scan(unit, null);
    }
    return violations;
  }

  private static boolean isWithout(CodeUnitAccessTarget call) {
    return !Calls.takes(call, Locale.class) && !Calls.takes(call, DecimalFormatSymbols.class);
  }

  private static final class Formats extends TreeScanner<Void, Void> {
    private final CompilationUnitTree unit;
    private final ParsedSources sources;
    private final String file;
    private final List<Violation> violations;

    Formats(
        CompilationUnitTree unit, ParsedSources sources, String file, List<Violation> violations) {
      this.unit = unit;
      this.sources = sources;
      this.file = file;
      this.violations = violations;
    }

    @Override
    public Void visitMethodInvocation(MethodInvocationTree call, Void unused) {
      List<? extends ExpressionTree> arguments = call.getArguments();
      if (call.getMethodSelect() instanceof MemberSelectTree method) {
        String name = method.getIdentifier().toString();
        if (name.equals("formatted")) {
          check(name, method.getExpression());
        } else if (DESCRIBES.contains(name) && arguments.size() > 1) {
          check(name, arguments.get(0));
        }
      } else if (call.getMethodSelect() instanceof IdentifierTree method
          && !arguments.isEmpty()
          && ASSERTS.contains(method.getName().toString())) {
        for (ExpressionTree argument : arguments.subList(0, arguments.size() - 1)) {
          if (literal(argument) != null) {
            check(method.getName().toString(), argument);
          }
        }
      }
      return super.visitMethodInvocation(call, unused);
    }

    private void check(String method, ExpressionTree format) {
      String objection = objection(literal(format));
      if (objection != null) {
        violations.add(
            new Violation(
                "locales",
                file + " " + method,
                objection
                    + (" in line " + sources.lastLine(unit, format) + "; ")
                    + "use %s of what no locale changes, or String.format(Locale.ROOT, ...)"));
      }
    }

    private static @Nullable String objection(@Nullable String format) {
      if (format == null) {
        return "the format is no literal";
      }
      Matcher specifier = SPECIFIER.matcher(format);
      while (specifier.find()) {
        if (!WITHOUT_LOCALE.matcher(specifier.group()).matches()) {
          return "the default locale changes " + specifier.group();
        }
      }
      return null;
    }

    /** The text of a literal, or of all literals in a sum, or null if there is none. */
    private static @Nullable String literal(ExpressionTree tree) {
      if (tree instanceof LiteralTree literal) {
        return String.valueOf(literal.getValue());
      }
      if (tree instanceof ParenthesizedTree parentheses) {
        return literal(parentheses.getExpression());
      }
      if (tree instanceof BinaryTree sum) {
        String left = literal(sum.getLeftOperand());
        String right = literal(sum.getRightOperand());
        return left == null ? right : right == null ? left : left + right;
      }
      return null;
    }
  }
}
