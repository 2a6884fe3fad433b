// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tenfold.sharding.jdbc.Tokens;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SessionsTest {
  private final Sessions sessions = new Sessions();

  @Test
  void of_unknownUser_sendsNothing() {
    assertThat(Sessions.header(sessions.of(1))).isNull();
  }

  @Test
  void answered_twoRequestsAtOnce_theLaterAnswerKeepsTheOtherToken() {
    Set<String> sentByTheFirst = sessions.of(1);
    Set<String> sentByTheSecond = sessions.of(1);
    sessions.answered(1, sentByTheSecond, "second");
    sessions.answered(1, sentByTheFirst, "first");
    assertThat(sessions.of(1)).containsExactlyInAnyOrder("first", "second");
    assertThat(Sessions.header(sessions.of(1))).isEqualTo(Tokens.merge("first", "second"));
  }

  @Test
  void answered_tokensThatWereSent_areReplaced() {
    sessions.answered(1, Set.of(), "old");
    sessions.answered(1, sessions.of(1), "new");
    assertThat(sessions.of(1)).containsExactly("new");
    sessions.answered(1, sessions.of(1), "new");
    assertThat(sessions.of(1)).containsExactly("new");
    assertThat(sessions.of(2)).isEmpty();
  }

  @Test
  void answered_withoutAToken_keepsWhatIsKnown() {
    sessions.answered(1, Set.of(), "old");
    sessions.answered(1, sessions.of(1), null);
    assertThat(sessions.of(1)).containsExactly("old");
  }
}
