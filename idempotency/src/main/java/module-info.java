/** Idempotency keys. */
module dev.tenfold.idempotency {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;
}
