// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.NodeOptions;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The guide to read/write splitting and its runbooks name what there is. */
class ReadWriteGuideTest {
  private static final List<String> RUNBOOKS = List.of("replica-lag.md", "primary-failover.md");
  private static final String SOURCES = "sharding/src/main/java/dev/tenfold/sharding/jdbc/";
  private static final Pattern EVENT =
      Pattern.compile("event\\(\\s*\"(?:tenfold\\.sharding\\.)?([a-z]+\\.[a-z.]+[a-z])\"");
  private static final Pattern QUOTED = Pattern.compile("^\\| \"([^\"]+)\" \\|", Pattern.MULTILINE);
  private static final Map<String, String> CLIENTS =
      Map.of(
          "spring", "Spring",
          "hibernate", "Hibernate",
          "jooq", "jOOQ",
          "jdbi", "Jdbi",
          "mybatis", "MyBatis",
          "flyway", "Flyway");

  private static Guide guide() throws IOException {
    return Guide.of("read-write-splitting.md");
  }

  private static String runbooks() throws IOException {
    StringBuilder all = new StringBuilder();
    for (String page : RUNBOOKS) {
      all.append(Guide.repository("docs/runbook/" + page));
    }
    return all.toString();
  }

  @Test
  void guide_everyJavaBlock_isCodeThatIsCompiledHere() throws IOException {
    assertThat(guide().blocks()).hasSizeGreaterThan(15);
    assertThat(guide().blocksThatNobodyCompiles()).isEmpty();
  }

  @Test
  void guide_everyOption_isNamed() throws IOException {
    assertThat(guide().optionsNotNamed(ReadWriteDataSource.Builder.class, NodeOptions.class))
        .isEmpty();
  }

  @Test
  void guide_everyReason_isNamed() throws IOException {
    assertThat(Arrays.stream(Reason.values()).map(reason -> reason.name().toLowerCase(Locale.ROOT)))
        .allMatch(reason -> contains(reason), "has a row");
  }

  private static boolean contains(String reason) {
    try {
      return guide().text().contains("| `" + reason + "` |");
    } catch (IOException unreadable) {
      throw new AssertionError(unreadable);
    }
  }

  /** The promises stand in three places, in the same words. */
  @Test
  void promise_ofAScope_hasTheWordsOfItsJavadoc() throws IOException {
    String javadoc =
        words(Guide.repository(SOURCES + ConsistencyScope.class.getSimpleName() + ".java"));
    String page = words(guide().text());
    for (String promise :
        List.of(
            "A read that binds after an earlier operation of its scope ended is served by the"
                + " primary",
            "It sees the scope's writes whose commit returned normally, as long as the database"
                + " still has them",
            "A token extends this to any process of the cluster; one that cannot be compared"
                + " counts as written just now")) {
      assertThat(javadoc).contains(promise);
      assertThat(page).contains(promise);
    }
  }

  private static String words(String text) {
    return text.replaceAll("[\\s*]+", " ");
  }

  @Test
  void guide_versionsOfClients_areThoseOfTheBuild() throws IOException {
    String pom = Guide.repository("pom.xml");
    String readme = Guide.repository("README.md");
    String page = words(guide().text());
    CLIENTS.forEach((property, name) -> {
      Matcher version = Pattern.compile("<" + property + ".version>([0-9.]*[0-9])").matcher(pom);
      assertThat(version.find()).as(property).isTrue();
      assertThat(page).contains(name + " " + version.group(1));
      assertThat(readme).contains("| " + name + " | " + version.group(1) + " |");
    });
  }

  @Test
  void guide_dependency_isOfTheVersionThatIsBuilt() throws IOException {
    String project = "<artifactId>tenfold-parent</artifactId>\n  <version>";
    String pom = Guide.repository("pom.xml");
    String version = pom.substring(pom.indexOf(project) + project.length()).split("<", 2)[0];

    assertThat(guide().text()).contains("<version>" + version + "</version>");
  }

  @Test
  void runbooks_everyEventOfANode_isNamed() throws IOException {
    var events = new TreeSet<String>();
    EVENT
        .matcher(Guide.repository(SOURCES + "NodeLog.java"))
        .results()
        .forEach(found -> events.add(found.group(1)));

    String runbooks = runbooks();
    assertThat(events)
        .hasSize(9)
        .allMatch(event -> runbooks.contains("`" + event + "`"), "is named in a runbook");
  }

  /** A row of a table that begins with a text in quotes quotes a log entry or a message. */
  @Test
  void runbooks_everyQuotedEntry_isInTheSources() throws IOException {
    String sources = "";
    for (String file :
        List.of(
            "NodeLog",
            "Nodes",
            "Members",
            "Eligibility",
            "RoutedConnection",
            "ConnectionBinder",
            "Fallbacks",
            "Places",
            "CommitUnknownException",
            "PostgresLagProbe",
            "ReadWriteParts")) {
      sources += Guide.repository(SOURCES + file + ".java");
    }
    String text = words(sources.replaceAll("\"\\s*\\+\\s*\"", ""));
    List<String> quoted =
        QUOTED.matcher(runbooks()).results().map((MatchResult found) -> found.group(1)).toList();

    assertThat(quoted).hasSizeGreaterThan(8);
    for (String entry : quoted) {
      for (String part : entry.split(" *\\.\\.\\. *|\\{\\}")) {
        assertThat(text).as(entry).contains(part);
      }
    }
  }
}
