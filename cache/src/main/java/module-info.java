/** A cache in two tiers: memory in front of a remote store. */
module dev.tenfold.cache {
  requires com.github.benmanes.caffeine;
  requires transitive dev.tenfold.core;
  requires transitive dev.tenfold.resilience;
  requires static lettuce.core;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.tenfold.cache;
  exports dev.tenfold.cache.redis;
}
