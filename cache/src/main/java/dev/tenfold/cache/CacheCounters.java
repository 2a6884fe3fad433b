// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.core.Registration;
import dev.tenfold.core.Tags;
import dev.tenfold.core.Telemetry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** The counters of a cache: striped, so that counting a hit takes no lock and allocates nothing. */
final class CacheCounters {
  final LongAdder memoryHits = new LongAdder();
  final LongAdder remoteHits = new LongAdder();
  final LongAdder misses = new LongAdder();
  final LongAdder coalesced = new LongAdder();
  final LongAdder loads = new LongAdder();
  final LongAdder loadFailures = new LongAdder();
  final LongAdder remoteErrors = new LongAdder();
  final LongAdder remoteRefusals = new LongAdder();
  final LongAdder remoteUnusable = new LongAdder();
  final LongAdder remoteOversized = new LongAdder();

  CacheStats snapshot() {
    return new CacheStats(
        memoryHits.sum(),
        remoteHits.sum(),
        misses.sum(),
        coalesced.sum(),
        loads.sum(),
        loadFailures.sum(),
        remoteErrors.sum(),
        remoteRefusals.sum(),
        remoteUnusable.sum(),
        remoteOversized.sum());
  }

  /** Registers every counter under {@code tenfold.cache.*}. */
  List<Registration> register(Telemetry telemetry, Tags tags) {
    List<Registration> all = new ArrayList<>();
    Tags memory = tags.and("tier", "memory");
    Tags remote = tags.and("tier", "remote");
    all.add(telemetry.counter("tenfold.cache.hits", memory, memoryHits::sum));
    all.add(telemetry.counter("tenfold.cache.hits", remote, remoteHits::sum));
    all.add(telemetry.counter("tenfold.cache.misses", tags, misses::sum));
    all.add(telemetry.counter("tenfold.cache.coalesced", tags, coalesced::sum));
    all.add(telemetry.counter("tenfold.cache.loads", tags, loads::sum));
    all.add(telemetry.counter("tenfold.cache.load.failures", tags, loadFailures::sum));
    all.add(telemetry.counter("tenfold.cache.remote.errors", tags, remoteErrors::sum));
    all.add(telemetry.counter("tenfold.cache.remote.refusals", tags, remoteRefusals::sum));
    all.add(telemetry.counter("tenfold.cache.remote.unusable", tags, remoteUnusable::sum));
    all.add(telemetry.counter("tenfold.cache.remote.oversized", tags, remoteOversized::sum));
    return all;
  }
}
