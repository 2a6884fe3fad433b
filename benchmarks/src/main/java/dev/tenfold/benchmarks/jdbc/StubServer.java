// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.jdbc;

/** A database server in this process. Every query returns one row. */
final class StubServer {
  final String name;
  final boolean replica;
  private final Service service;
  private long reads; // a race between threads loses counts and invents none
  private long ends; // likewise

  StubServer(String name, boolean replica, Service service) {
    this.name = name;
    this.replica = replica;
    this.service = service;
  }

  /** What a query waits for. */
  interface Service {
    void serve();
  }

  void read() {
    reads++;
    service.serve();
  }

  /** Returns the number of queries; that of all threads only if at most one thread reads. */
  long reads() {
    return reads;
  }

  /** A transaction is committed or rolled back. */
  void end() {
    ends++;
  }

  /** Returns the number of statements and of ends of transactions, counted as reads are. */
  long roundTrips() {
    return reads + ends;
  }

  @Override
  public String toString() {
    return name;
  }
}
