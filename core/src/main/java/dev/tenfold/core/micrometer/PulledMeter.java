// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.micrometer;

import dev.tenfold.core.Registration;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.search.Search;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one meter of the registry reads: the newest open registration of its name and tags. Without
 * it a second component of the same name would be ignored by the registry, and the first one to
 * close would take the meter of the other away.
 *
 * <p>Adding and closing take no lock, because registering runs the user's meter filters. Instead
 * each looks again after it has registered or removed the meter, until both agree.
 */
final class PulledMeter {
  private final MeterRegistry registry;
  private final Function<PulledMeter, Meter> register;
  private final List<Source> open = new CopyOnWriteArrayList<>();
  private volatile @Nullable Meter meter;
  private volatile double lastCount;

  PulledMeter(MeterRegistry registry, Function<PulledMeter, Meter> register) {
    this.registry = registry;
    this.register = register;
  }

  Registration add(DoubleSupplier read) {
    var mine = new Source(read);
    open.add(mine);
    try {
      settle();
    } catch (RuntimeException refused) {
      open.remove(mine);
      throw refused;
    }
    return () -> {
      if (open.remove(mine)) {
        settle();
      }
    };
  }

  /** Makes the registry have the meter if and only if somebody is open. */
  private void settle() {
    boolean wanted;
    do {
      wanted = !open.isEmpty();
      if (wanted) {
        if (!isRegistered()) {
          meter = register.apply(this);
        }
      } else {
        registry.remove(Objects.requireNonNull(meter)); // by name and tags, so any will do
      }
    } while (wanted == open.isEmpty());
  }

  /** Registering a meter that is there finds it, but the registry warns that it was ignored. */
  @SuppressWarnings("ReferenceEquality") // equal are meters of two types, too
  private boolean isRegistered() {
    Meter known = meter;
    return known != null
        && Search.in(registry).name(known.getId().getName()).meters().stream()
            .anyMatch(present -> present == known);
  }

  /** Reads a gauge; not a number if nobody is left or the read throws. */
  double level() {
    return newest(Double.NaN);
  }

  /** Reads a counter; the previous count if nobody is left or the read throws. */
  double count() {
    double count = newest(lastCount);
    lastCount = count;
    return count;
  }

  private double newest(double otherwise) {
    @Nullable DoubleSupplier newest = null;
    for (Source source : open) {
      newest = source.read;
    }
    try {
      return newest == null ? otherwise : newest.getAsDouble();
    } catch (RuntimeException failed) {
      return otherwise;
    }
  }

  /** One registration. Compared by identity: the same supplier may be registered twice. */
  private static final class Source {
    final DoubleSupplier read;

    Source(DoubleSupplier read) {
      this.read = read;
    }
  }
}
