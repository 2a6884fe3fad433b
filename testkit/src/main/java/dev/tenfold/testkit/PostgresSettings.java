// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The settings of a server: those of the fixture in {@code postgresql.conf}, and changes at run
 * time by ALTER SYSTEM, which writes {@code postgresql.auto.conf}. The latter have priority.
 */
final class PostgresSettings {
  /** The settings of every server. The class comment of {@link PostgresFixture} says why. */
  private static final Map<String, String> ALWAYS =
      Map.ofEntries(
          Map.entry("fsync", "off"),
          // Shared memory in the server's directory: in /dev/shm it would outlive a killed server.
          Map.entry("dynamic_shared_memory_type", "mmap"),
          Map.entry("synchronous_commit", "on"),
          Map.entry("full_page_writes", "on"),
          Map.entry("wal_level", "replica"),
          Map.entry("hot_standby", "on"),
          Map.entry("max_connections", "200"),
          Map.entry("max_wal_senders", "10"),
          Map.entry("wal_keep_size", "256MB"),
          Map.entry("wal_receiver_status_interval", "1s"),
          Map.entry("wal_retrieve_retry_interval", "100ms"),
          Map.entry("shared_buffers", "32MB"));

  private static final Map<String, String> SINCE_18 = Map.of("io_method", "sync");

  private static final String LOADED = "select pg_conf_load_time()";

  private final PostgresClient client;

  PostgresSettings(PostgresClient client) {
    this.client = client;
  }

  /** Returns the settings that a server of this version knows: it does not start with others. */
  static Map<String, String> of(int majorVersion) {
    Map<String, String> settings = new LinkedHashMap<>(ALWAYS);
    if (majorVersion >= 18) {
      settings.putAll(SINCE_18);
    }
    return settings;
  }

  /** Appends settings to {@code postgresql.conf}; of a name that is there twice the last counts. */
  static void append(Path data, Map<String, String> settings) throws IOException {
    StringBuilder lines = new StringBuilder("\n");
    settings.forEach(
        (name, value) -> lines.append(name).append(" = ").append(quoted(value)).append('\n'));
    Files.writeString(data.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
  }

  /** Returns a value as {@code postgresql.conf} wants it; backslashes are escapes there. */
  private static String quoted(String value) {
    return "'" + value.replace("\\", "\\\\").replace("\n", "\\n").replace("'", "''") + "'";
  }

  void set(String name, String value) {
    change(name, "alter system set " + identifier(name) + " = " + literal(value));
  }

  void reset(String name) {
    change(name, "alter system reset " + identifier(name));
  }

  private void change(String name, String sql) {
    String before;
    try (PostgresClient.Session session = client.open()) {
      before = session.ask(LOADED);
      String context =
          session.ask(
              "select context from pg_settings where lower(name) = lower(" + literal(name) + ")");
      if (context.equals("postmaster") || context.equals("internal")) {
        throw new IllegalArgumentException(
            "setting " + name + " cannot change while the server runs; give it to start()");
      }
      session.ask(sql);
      session.ask("select pg_reload_conf()");
    }
    // A new session is a copy of the postmaster, and so has read the settings when it did.
    PostgresClient.await(
        "a new session has read setting " + name, () -> !client.ask(LOADED).equals(before));
    if (name.equalsIgnoreCase("synchronous_standby_names")) {
      client.ask("checkpoint"); // the checkpointer is who tells the others to wait, or not to
    }
  }

  private static String identifier(String name) {
    return "\"" + name.replace("\"", "\"\"").replace(".", "\".\"") + "\"";
  }

  private static String literal(String value) {
    return "'" + value.replace("'", "''") + "'";
  }
}
