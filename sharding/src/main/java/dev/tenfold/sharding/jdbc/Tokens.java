// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding.jdbc;

import java.util.Objects;

/**
 * Tokens of consistency scopes: text that carries what a scope wrote and read to another scope, in
 * this process or in another one.
 *
 * <pre>{@code
 * String both = Tokens.merge(cookie, message.token());
 * try (ConsistencyScope scope = orders.openScope(both)) { ... }
 * }</pre>
 *
 * <p>A token is opaque. It has 2 to 600 characters of {@code A-Z a-z 0-9 - _}, and fits into a URL,
 * a cookie, a header and a message. A token of one data source has at most 27 characters.
 *
 * <p><b>Guarantees.</b> A token that cannot be compared (forged, truncated, of another cluster, of
 * another version of the topology, of a later version of this library) counts as written just now:
 * the scope reads from the primary until a replica has replayed a position that was asked for
 * later. Such a token is never an error and never trusted.
 *
 * <p><b>No guarantees.</b> A token is not signed: whoever can change it can ask for less than was
 * written, or for more. It tells how much the database writes.
 */
public final class Tokens {
  /**
   * The token of a write that happened just now, somewhere else: for messages and jobs whose sender
   * has no token. A scope that is opened with this token reads what was committed before it was
   * opened.
   */
  public static final String JUST_NOW = Token.JUST_NOW.text();

  private Tokens() {}

  /**
   * Returns a token that asks for everything that either of two tokens asks for. A cookie that two
   * requests update at the same time needs this: the older token must not replace the newer one.
   *
   * @param a a token
   * @param b a token
   * @return the token of both; {@link #JUST_NOW} if they cannot be compared
   */
  public static String merge(String a, String b) {
    Objects.requireNonNull(a, "a");
    Objects.requireNonNull(b, "b");
    return Token.parse(a).merge(Token.parse(b)).text();
  }
}
