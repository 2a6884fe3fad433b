// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples;

import static dev.tenfold.examples.GuideServers.awaitRead;
import static dev.tenfold.examples.GuideServers.impatient;
import static dev.tenfold.examples.GuideServers.ordersOf;
import static dev.tenfold.examples.GuideServers.placeOrder;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.zaxxer.hikari.HikariDataSource;
import dev.tenfold.sharding.jdbc.ConsistencyScope;
import dev.tenfold.sharding.jdbc.ReadWriteDataSource;
import dev.tenfold.sharding.jdbc.RouteDecision.Reason;
import dev.tenfold.sharding.jdbc.Tokens;
import dev.tenfold.testkit.Await;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's filter for requests, and its messages. Two data sources are two processes. */
@Timeout(120)
class ReadWriteGuideWebIT {
  private static final long USER_ID = 42;

  private static GuideServers servers;

  private final HikariDataSource primary = servers.pool(servers.primary());
  private final HikariDataSource standby = servers.pool(servers.standby(0));
  private final ReadWriteDataSource here = process();
  private final ReadWriteDataSource there = process();
  private final ReadYourWrites filter = new ReadYourWrites(here, new Random(1));
  private final ReadYourWrites otherFilter = new ReadYourWrites(there, new Random(2));

  private ReadWriteDataSource process() {
    return servers.closing(impatient().primary(primary).replica("r1", standby).build());
  }

  @BeforeEach
  void awaitReplica() {
    awaitRead(here, "r1", Reason.REPLICA);
    awaitRead(there, "r1", Reason.REPLICA);
  }

  @BeforeAll
  static void start() {
    servers = new GuideServers(1);
  }

  @AfterAll
  static void stop() {
    servers.close();
  }

  @AfterEach
  void reset() throws SQLException {
    servers.reset();
  }

  /** What a servlet container or a framework gives you. */
  interface Exchange {
    Map<String, String> cookies();

    void setCookie(String name, String value); // Max-Age=3600; Path=/; HttpOnly; Secure

    void deleteCookie(String name);
  }

  interface Chain {
    void proceed(Exchange http) throws Exception;
  }

  /** Opens a scope for each request. What a user has seen is kept in cookies of the user. */
  static final class ReadYourWrites {
    private static final String PREFIX = "seen-";
    private final ReadWriteDataSource orders;
    private final RandomGenerator random;

    ReadYourWrites(ReadWriteDataSource orders, RandomGenerator random) {
      this.orders = orders;
      this.random = random;
    }

    void filter(Exchange http, Chain chain) throws Exception {
      var before = new TreeMap<>(http.cookies());
      before.keySet().removeIf(name -> !name.startsWith(PREFIX));
      String seen = before.values().stream().reduce(Tokens::merge).orElse(null);
      String after = Tokens.JUST_NOW; // a request that fails can have written
      try (ConsistencyScope scope = orders.openScope(seen)) {
        chain.proceed(http); // writes the page into a buffer: no cookie can follow the page
        after = scope.captureToken();
      } finally {
        http.setCookie(PREFIX + Long.toHexString(random.nextLong()), after); // of a new name
        before.keySet().forEach(http::deleteCookie); // merged above
      }
    }
  }

  /** A browser: requests take its cookies along, responses change them. */
  private static final class Browser {
    final Map<String, String> cookies = new HashMap<>();

    Request request() {
      return new Request(this, Map.copyOf(cookies));
    }
  }

  private static final class Request implements Exchange {
    private final Browser browser;
    private final Map<String, String> sent;
    private final List<Runnable> response = new ArrayList<>();
    long orders = -1;

    Request(Browser browser, Map<String, String> sent) {
      this.browser = browser;
      this.sent = sent;
    }

    @Override
    public Map<String, String> cookies() {
      return sent;
    }

    @Override
    public void setCookie(String name, String value) {
      response.add(() -> browser.cookies.put(name, value));
    }

    @Override
    public void deleteCookie(String name) {
      response.add(() -> browser.cookies.remove(name));
    }

    void arrive() {
      response.forEach(Runnable::run);
    }
  }

  private void write(Request request) throws Exception {
    filter.filter(request, http -> placeOrder(here, USER_ID));
  }

  private void read(Request request) throws Exception {
    otherFilter.filter(
        request, http -> ((Request) http).orders = ordersOf(there.readOnly(), USER_ID));
  }

  @Test
  void request_afterAWrite_seesItInAnotherProcess() throws Exception {
    servers.standby(0).pauseReplay();
    var browser = new Browser();
    Request first = browser.request();
    write(first);
    first.arrive();

    Request second = browser.request();
    read(second);
    second.arrive();
    Request stranger = new Browser().request();
    read(stranger);

    assertThat(second.orders).isEqualTo(1);
    assertThat(stranger.orders).as("another user does not pay for it").isZero();
    assertThat(browser.cookies).hasSize(1);
  }

  /** With one cookie the response that arrives last would hide the write. */
  @Test
  void requests_atTheSameTime_loseNoWrite() throws Exception {
    servers.standby(0).pauseReplay();
    var browser = new Browser();
    Request old = browser.request();
    read(old);
    Request writing = browser.request();
    write(writing);
    writing.arrive();
    old.arrive(); // overtaken
    assertThat(browser.cookies).hasSize(2);

    Request next = browser.request();
    read(next);
    next.arrive();

    assertThat(next.orders).isEqualTo(1);
    assertThat(browser.cookies).as("merged").hasSize(1);
  }

  @Test
  void request_failsAfterItsWrite_theNextOneSeesIt() throws Exception {
    servers.standby(0).pauseReplay();
    var browser = new Browser();
    Request failing = browser.request();
    assertThatIllegalStateException()
        .isThrownBy(() ->
            filter.filter(
                failing,
                http -> {
                  placeOrder(here, USER_ID);
                  throw new IllegalStateException("application");
                }));
    failing.arrive();

    Request next = browser.request();
    read(next);

    assertThat(next.orders).isEqualTo(1);
  }

  @Test
  void cookie_forged_isNoError() throws Exception {
    var browser = new Browser();
    browser.cookies.put("seen-1", "forged!");
    placeOrder(primary, USER_ID);
    Request request = browser.request();
    read(request);
    request.arrive();

    assertThat(request.orders).isEqualTo(1);
    assertThat(browser.cookies).hasSize(1).doesNotContainKey("seen-1");
  }

  /** Read by another process. */
  record Message(long userId, @Nullable String token) {}

  @Test
  void message_withAndWithoutAToken_isHandledWithItsWrite() throws SQLException {
    servers.standby(0).pauseReplay();
    ReadWriteDataSource orders = here;
    Queue<Message> queue = new ArrayDeque<>();
    long userId = USER_ID;

    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, userId);
      queue.add(new Message(userId, scope.captureToken())); // after the commit
    }

    queue.add(new Message(userId, null)); // of an outbox: written before the commit
    List<Long> handled = new ArrayList<>();
    while (!queue.isEmpty()) {
      handled.add(handle(queue.remove(), there));
    }

    assertThat(handled).containsExactly(1L, 1L);
  }

  private static long handle(Message message, ReadWriteDataSource orders) throws SQLException {
    String token = message.token() == null ? Tokens.JUST_NOW : message.token();
    try (ConsistencyScope scope = orders.openScope(token)) {
      return ordersOf(orders.readOnly(), message.userId());
    }
  }

  @Test
  void job_untilTheReplicasHaveReplayed_isAsked() throws SQLException {
    ReadWriteDataSource orders = here;
    String token;
    try (ConsistencyScope scope = orders.openScope()) {
      placeOrder(orders, USER_ID);
      token = scope.captureToken();
    }
    List<Long> report = new ArrayList<>();
    Await.until(
        "the report has begun",
        GuideServers.SOON,
        () -> {
          boolean replayed = orders.replayedBy(token, 1); // asks nobody, so it can be polled
          if (replayed) {
            report.add(ordersOf(standby, USER_ID)); // a tool that knows no scopes
          }
          return replayed;
        });

    assertThat(report).containsExactly(1L);
  }
}
