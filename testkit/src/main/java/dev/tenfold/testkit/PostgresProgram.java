// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.testkit;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The program {@code postgres}. Its command line sets only what must not change, because no later
 * setting has priority over the command line; all else is in {@link PostgresSettings}.
 */
record PostgresProgram(String label) implements ServerProcess.Program {

  @Override
  public String name() {
    return "PostgreSQL (" + label + ")";
  }

  @Override
  public List<String> command(Path data, int port) {
    List<String> command = new ArrayList<>(Unprivileged.get().prefix());
    command.add(Binaries.postgres().resolve("bin/postgres").toString());
    command.addAll(List.of("-D", data.toString()));
    command.addAll(List.of("-c", "listen_addresses=127.0.0.1"));
    command.addAll(List.of("-c", "port=" + port));
    command.addAll(List.of("-c", "unix_socket_directories="));
    return command;
  }

  /** Reads the lock file, into which the postmaster writes its process id and its state. */
  @Override
  public boolean ready(Path data, int port, long pid) throws IOException {
    List<String> lines = Files.readAllLines(data.resolve("postmaster.pid"));
    return lines.size() >= 8
        && lines.get(0).equals(Long.toString(pid))
        && lines.get(7).strip().equals("ready");
  }
}
