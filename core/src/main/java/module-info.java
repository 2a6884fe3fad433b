/** Time, deadlines, ambient context, outcomes, stable hashing, and the codec and telemetry SPI. */
module dev.tenfold.core {
  requires static jdk.jfr;
  requires static lettuce.core;
  requires static micrometer.core;
  requires static tools.jackson.core;
  requires static tools.jackson.databind;
  requires static transitive org.jspecify;

  exports dev.tenfold.core;
  exports dev.tenfold.core.jackson;
  exports dev.tenfold.core.jfr;
  exports dev.tenfold.core.micrometer;
  exports dev.tenfold.core.redis;
}
