/** Real servers for tests. */
module dev.tenfold.testkit {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;
}
