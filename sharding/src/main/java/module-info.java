/** Shard routing and read/write splitting. */
module dev.tenfold.sharding {
  requires transitive dev.tenfold.core;
  requires transitive dev.tenfold.resilience;
  requires static transitive org.jspecify;
  requires transitive java.sql;
  requires org.slf4j;
  requires static com.zaxxer.hikari;

  exports dev.tenfold.sharding;
  exports dev.tenfold.sharding.jdbc;
}
