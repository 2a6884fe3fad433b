// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.examples.demo;

/**
 * The counters and histograms that the traffic writes and the sampler reads.
 *
 * @param counters the counters of requests and attempts
 * @param latencies the latencies of answers
 * @param freshness the staleness of reads
 */
record Instruments(TrafficCounters counters, LatencyBook latencies, Freshness freshness) {}
