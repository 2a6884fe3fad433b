/** Real servers for tests. */
module dev.tenfold.testkit {
  requires transitive dev.tenfold.core;
  requires transitive java.sql;
  requires java.naming; // PostgreSQL's data source is Referenceable
  requires org.postgresql.jdbc;
  requires org.tukaani.xz;
  requires static transitive org.jspecify;

  exports dev.tenfold.testkit;
}
