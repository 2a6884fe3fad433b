/** Shard routing and read/write splitting. */
module dev.tenfold.sharding {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;
  requires transitive java.sql;
  requires org.slf4j;

  exports dev.tenfold.sharding;
  exports dev.tenfold.sharding.jdbc;
}
