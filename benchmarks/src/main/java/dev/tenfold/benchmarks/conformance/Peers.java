// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;

/** The releases of the peers. */
final class Peers {

  private Peers() {}

  static String version(String peer) {
    try (InputStream file = Peers.class.getResourceAsStream("peers.properties")) {
      Properties versions = new Properties();
      versions.load(Objects.requireNonNull(file, "peers.properties"));
      return versions.getProperty(peer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
