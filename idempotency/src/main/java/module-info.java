/** Idempotency keys whose record commits with the effect. */
module dev.tenfold.idempotency {
  requires transitive dev.tenfold.core;
  requires transitive java.sql;
  requires static transitive org.jspecify;
  requires org.slf4j;

  exports dev.tenfold.idempotency;
  exports dev.tenfold.idempotency.jdbc;
}
