// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.clients;

import dev.tenfold.testkit.PostgresFixture;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * A primary with a standby that all tests of this package share. JUnit closes them after the last
 * test.
 */
final class ClientServers implements ParameterResolver {
  private static final ExtensionContext.Namespace SHARED =
      ExtensionContext.Namespace.create(ClientServers.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PostgresFixture.class;
  }

  @Override
  public PostgresFixture resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(SHARED)
        .computeIfAbsent(
            PostgresFixture.class, key -> PostgresFixture.start(1), PostgresFixture.class);
  }
}
