// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.idempotency;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;

/** A connection with auto-commit and savepoints that records its calls. */
final class ConnectionStub {
  final List<String> log = new ArrayList<>();
  boolean autoCommit;
  String failOn = "";
  SQLException failure = new SQLException("no such savepoint", "3B001");

  private static final Savepoint SAVEPOINT =
      new Savepoint() {
        @Override
        public int getSavepointId() {
          return 1;
        }

        @Override
        public String getSavepointName() {
          return "one";
        }
      };

  Connection asConnection() {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(),
            new Class<?>[] {Connection.class},
            (proxy, method, args) ->
                switch (method.getName()) {
                  case "getAutoCommit" -> autoCommit;
                  case "setSavepoint" -> logged("savepoint");
                  case "releaseSavepoint" -> logged("release");
                  case "rollback" -> logged(args == null ? "rollback" : "rollback to");
                  default -> throw new UnsupportedOperationException(method.toString());
                });
  }

  private Savepoint logged(String what) throws SQLException {
    if (what.equals(failOn)) {
      throw failure;
    }
    log.add(what);
    return SAVEPOINT;
  }
}
