/** Time, deadlines, ambient context, outcomes, stable hashing, and the codec and telemetry SPI. */
module dev.tenfold.core {
  requires static lettuce.core;
  requires static transitive org.jspecify;

  exports dev.tenfold.core;
  exports dev.tenfold.core.redis;
}
