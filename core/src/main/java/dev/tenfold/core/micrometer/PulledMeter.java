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
 * The open registrations of one name and tags, of which the meter in the registry reads the newest.
 * The registry itself would ignore the second component of a name, and the first component to close
 * would remove the meter of the other.
 *
 * <p>Adding and closing take no lock, because registering runs the user's meter filters. Each
 * checks again after it has registered or removed the meter, until the registry and the
 * registrations agree.
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
      reconcile();
    } catch (RuntimeException refused) {
      open.remove(mine);
      throw refused;
    }
    return () -> {
      if (open.remove(mine)) {
        reconcile();
      }
    };
  }

  /**
   * Registers or removes the meter, until it is registered if and only if one registration is open.
   */
  private void reconcile() {
    boolean wanted;
    do {
      wanted = !open.isEmpty();
      if (wanted) {
        if (!isRegistered()) {
          meter = register.apply(this);
        }
      } else {
        registry.remove(
            Objects.requireNonNull(meter)); // by name and tags, so any meter of these will do
      }
    } while (wanted == open.isEmpty());
  }

  /** Avoids registering a meter twice, for which the registry logs a warning. */
  @SuppressWarnings("ReferenceEquality") // meters of two types are equal too
  private boolean isRegistered() {
    Meter known = meter;
    return known != null
        && Search.in(registry).name(known.getId().getName()).meters().stream()
            .anyMatch(present -> present == known);
  }

  /** Reads a gauge: not a number if no registration is open or the read throws. */
  double value() {
    return newest(Double.NaN);
  }

  /** Reads a counter: the previous count if no registration is open or the read throws. */
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
