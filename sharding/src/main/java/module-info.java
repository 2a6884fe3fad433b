/** Shard routing and read/write splitting. */
module dev.tenfold.sharding {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;

  exports dev.tenfold.sharding;
}
