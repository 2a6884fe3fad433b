// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/**
 * What the traffic writes to and the sampler reads from.
 *
 * @param counters of requests and attempts
 * @param latencies of answers
 * @param freshness of reads
 */
record Instruments(TrafficCounters counters, LatencyBook latencies, Freshness freshness) {}
