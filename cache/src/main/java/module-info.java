/** A two-tier cache. */
module dev.tenfold.cache {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;
}
