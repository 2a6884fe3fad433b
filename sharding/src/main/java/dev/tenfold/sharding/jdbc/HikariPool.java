// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Objects;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A {@link Pool} of HikariCP, possibly behind a wrapper that unwraps to it. HikariCP is optional:
 * only this class names its classes, and {@link #isPresent} guards it.
 */
final class HikariPool extends Pool {
  private final HikariDataSource hikari;

  /** Whether connections come from HikariCP itself, not from a wrapper around it. */
  private final boolean isDirect;

  private HikariPool(DataSource dataSource, HikariDataSource hikari) {
    super(dataSource);
    this.hikari = hikari;
    this.isDirect = dataSource.getClass() == HikariDataSource.class; // a subclass may wrap
  }

  static boolean isPresent() {
    return Presence.PRESENT;
  }

  /** Returns what is known of a pool of HikariCP, and a pool of unknown type for any other. */
  static Pool orUnknown(DataSource dataSource) {
    try {
      if (dataSource.isWrapperFor(HikariDataSource.class)) {
        return new HikariPool(dataSource, dataSource.unwrap(HikariDataSource.class));
      }
    } catch (SQLException | RuntimeException unknown) {
      return new Pool(dataSource);
    }
    return new Pool(dataSource);
  }

  private @Nullable HikariPoolMXBean started() {
    return hikari.getHikariPoolMXBean();
  }

  /** HikariCP unwraps to what its entry holds, which is the same at each loan. */
  @Override
  Object physical(Connection borrowed) {
    if (isDirect) {
      try {
        return borrowed.unwrap(Connection.class);
      } catch (SQLException closed) {
        return borrowed;
      }
    }
    return super.physical(borrowed);
  }

  @Override
  int size() {
    return Math.max(0, hikari.getMaximumPoolSize()); // HikariCP 5: -1 until the pool is started
  }

  @Override
  Duration maxWait() {
    return Duration.ofMillis(hikari.getConnectionTimeout());
  }

  @Override
  int waiting() {
    HikariPoolMXBean pool = started();
    return pool == null ? 0 : pool.getThreadsAwaitingConnection();
  }

  @Override
  int active() {
    HikariPoolMXBean pool = started();
    return pool == null ? 0 : pool.getActiveConnections();
  }

  @Override
  Boolean autoCommit() {
    return hikari.isAutoCommit();
  }

  @Override
  @Nullable Duration leakLimit() {
    long millis = hikari.getLeakDetectionThreshold();
    return millis == 0 ? null : Duration.ofMillis(millis);
  }

  @Override
  boolean isSerializable() {
    String isolation = hikari.getTransactionIsolation();
    return isolation != null && isolation.endsWith("SERIALIZABLE");
  }

  @Override
  @Nullable String objection() {
    String url = Objects.requireNonNullElse(hikari.getJdbcUrl(), "");
    Properties properties = hikari.getDataSourceProperties();
    boolean chooses =
        url.toLowerCase(Locale.ROOT).contains("targetservertype=")
            || properties.containsKey("targetServerType");
    if (chooses) {
      return "it has targetServerType, so the driver would choose the server";
    }
    int begin = url.indexOf("//");
    String hosts = begin < 0 ? "" : url.substring(begin + 2).split("[/?]", 2)[0];
    Object names = properties.get("serverNames");
    boolean several = hosts.contains(",") || String.valueOf(names).contains(",");
    return several ? "it names several hosts, so the driver would choose the server" : null;
  }

  @Override
  void evictSoftly() {
    HikariPoolMXBean pool = started();
    if (pool != null) {
      pool.softEvictConnections();
    }
  }

  @Override
  void discard(Connection connection) throws SQLException {
    if (isDirect) {
      hikari.evictConnection(connection);
      connection.close();
    } else { // the pool would not know its connection behind that of a wrapper
      super.discard(connection);
    }
  }

  /** Whether HikariCP is there; a class of its own, which names none of HikariCP. */
  private static final class Presence {
    static final boolean PRESENT = find();

    private static boolean find() {
      try {
        Class.forName("com.zaxxer.hikari.HikariDataSource", false, Presence.class.getClassLoader());
        return true;
      } catch (ClassNotFoundException | LinkageError absent) {
        return false;
      }
    }
  }
}
