// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.rowset.CachedRowSet;
import javax.sql.rowset.RowSetMetaDataImpl;
import javax.sql.rowset.RowSetProvider;
import org.jspecify.annotations.Nullable;

/**
 * What the stub says of itself: that it is PostgreSQL with one table. ShardingSphere selects its
 * dialect by the address and reads the columns of all tables when it starts; nobody asks in a
 * measured operation.
 */
final class StubCatalogue {
  static final String DATABASE = "stub";
  static final String SCHEMA = "public";

  /** The table of the accounts, and the names that ShardingSphere gives to its two parts. */
  static final List<String> TABLES = List.of("account", "account_0", "account_1");

  /** Asks a server whether it is a replica. */
  static final String ROLE = "SELECT pg_is_in_recovery()";

  private StubCatalogue() {}

  /** Returns whether a query is about the catalogue. */
  static boolean describes(String sql) {
    return sql.contains("information_schema.") || sql.contains("FROM pg_") || sql.equals(ROLE);
  }

  /** Returns the answer to a query about the catalogue: empty unless about columns or grants. */
  static ResultSet answer(String sql) throws SQLException {
    if (sql.contains("FROM information_schema.columns")) {
      return table(
          List.of(
              "table_name",
              "column_name",
              "ordinal_position",
              "data_type",
              "udt_name",
              "column_default",
              "table_schema",
              "is_nullable"),
          TABLES.stream()
              .flatMap(table -> Stream.of(column(table, "id", "1"), column(table, "balance", "2")))
              .toList());
    }
    if (sql.contains("FROM information_schema.role_table_grants")) {
      return table(List.of("table_name"), TABLES.stream().map(List::of).toList());
    }
    return empty();
  }

  private static List<String> column(String table, String name, String ordinal) {
    return List.of(table, name, ordinal, "bigint", "int8", "", SCHEMA, "NO");
  }

  static DatabaseMetaData metaData(Connection connection, String host) {
    return (DatabaseMetaData)
        Proxy.newProxyInstance(
            StubCatalogue.class.getClassLoader(),
            new Class<?>[] {DatabaseMetaData.class},
            (self, method, arguments) ->
                switch (method.getName()) {
                  case "getConnection" -> connection;
                  case "getURL" -> "jdbc:postgresql://" + host + ":5432/" + DATABASE;
                  case "getUserName" -> "stub";
                  case "getDatabaseProductName" -> "PostgreSQL";
                  case "getDatabaseProductVersion" -> "18.0";
                  case "getDatabaseMajorVersion" -> 18;
                  case "getIdentifierQuoteString" -> "\"";
                  case "getSchemas" ->
                      table(
                          List.of("TABLE_SCHEM", "TABLE_CATALOG"),
                          List.of(List.of(SCHEMA, DATABASE)));
                  case "getTables" -> tables();
                  default -> nothing(method.getReturnType());
                });
  }

  private static ResultSet tables() throws SQLException {
    return table(
        List.of("TABLE_CAT", "TABLE_SCHEM", "TABLE_NAME", "TABLE_TYPE"),
        TABLES.stream().map(table -> List.of(DATABASE, SCHEMA, table, "TABLE")).toList());
  }

  private static @Nullable Object nothing(Class<?> type) throws SQLException {
    if (type == boolean.class) {
      return false;
    }
    if (type == int.class) {
      return 0;
    }
    if (type == ResultSet.class) {
      return empty();
    }
    return type == String.class ? "" : null;
  }

  /** Returns the description of the row that every other query returns. */
  static ResultSetMetaData row() throws SQLException {
    RowSetMetaDataImpl columns = columns(List.of("balance"));
    columns.setColumnType(1, Types.BIGINT);
    columns.setColumnTypeName(1, "int8");
    return columns;
  }

  private static ResultSet empty() throws SQLException {
    return table(List.of("none"), List.of());
  }

  private static ResultSet table(List<String> names, List<List<String>> rows) throws SQLException {
    CachedRowSet table = RowSetProvider.newFactory().createCachedRowSet();
    table.setMetaData(columns(names));
    for (int i = rows.size() - 1; i >= 0; i--) { // a row is inserted before the others
      table.moveToInsertRow();
      for (int column = 0; column < names.size(); column++) {
        table.updateString(column + 1, rows.get(i).get(column));
      }
      table.insertRow();
      table.moveToCurrentRow();
    }
    table.beforeFirst();
    return table;
  }

  private static RowSetMetaDataImpl columns(List<String> names) throws SQLException {
    RowSetMetaDataImpl columns = new RowSetMetaDataImpl();
    columns.setColumnCount(names.size());
    for (int i = 0; i < names.size(); i++) {
      columns.setColumnName(i + 1, names.get(i));
      columns.setColumnLabel(i + 1, names.get(i));
      columns.setColumnType(i + 1, Types.VARCHAR);
    }
    return columns;
  }
}
