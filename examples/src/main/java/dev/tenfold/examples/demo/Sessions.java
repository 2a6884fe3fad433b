// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

import dev.tenfold.sharding.jdbc.Tokens;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of each user, as the cookies of a browser would keep them. An answer adds its token
 * and removes those that the request had sent, which its token covers. So of two requests at the
 * same time the later answer does not overwrite what the earlier one has told.
 */
final class Sessions {
  private final Map<Long, Set<String>> tokens = new ConcurrentHashMap<>();

  /** Returns the tokens to send with a request. */
  Set<String> of(long user) {
    return Set.copyOf(tokens.getOrDefault(user, Set.of()));
  }

  /** Returns the value of the header; null if there is no token. */
  static @Nullable String header(Set<String> sent) {
    return sent.stream().reduce(Tokens::merge).orElse(null);
  }

  /** Keeps the token of an answer in place of those that were sent. */
  void answered(long user, Set<String> sent, @Nullable String token) {
    if (token != null) {
      Set<String> known = tokens.computeIfAbsent(user, first -> ConcurrentHashMap.newKeySet());
      known.add(token);
      sent.stream().filter(old -> !old.equals(token)).forEach(known::remove);
    }
  }
}
