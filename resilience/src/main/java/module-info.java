/** Policies against failing and slow backends, and the pipeline that composes them. */
module dev.tenfold.resilience {
  requires transitive dev.tenfold.core;
  requires static transitive org.jspecify;

  exports dev.tenfold.resilience;
}
