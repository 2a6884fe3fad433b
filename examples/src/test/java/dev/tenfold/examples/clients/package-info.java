// SPDX-License-Identifier: Apache-2.0
/**
 * Real clients on a {@link dev.tenfold.sharding.jdbc.ReadWriteDataSource}, unchanged: Spring,
 * Hibernate, jOOQ, Jdbi, MyBatis, Flyway. The test classes run on pools with auto-commit and on
 * pools without, except for Jdbi. They share the servers of {@link ClientServers}. {@link
 * ClientDatabase} asserts after each test that all connections are back in their pools.
 */
package dev.tenfold.examples.clients;
