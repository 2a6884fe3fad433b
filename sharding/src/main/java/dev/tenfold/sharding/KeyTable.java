// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An open-addressing hash table from keys to pins, for the pins of a {@link Topology} and the
 * entries of a {@link DirectoryStrategy}. At most half of the places are taken, so a search takes
 * one or two steps on average. Immutable.
 */
final class KeyTable {
  private final @Nullable Pin[] places;

  /** Creates a table of pins whose keys have different hashes. */
  KeyTable(List<Pin> pins) {
    this.places = new Pin[Integer.highestOneBit(Math.max(1, pins.size())) * 4];
    for (Pin pin : pins) {
      int place = first(pin.canonicalKey().hash());
      while (places[place] != null) {
        place = next(place);
      }
      places[place] = pin;
    }
  }

  /**
   * Returns the only pin whose key has this hash, or null if there is none. The caller compares the
   * keys.
   */
  @Nullable Pin find(long hash) {
    int place = first(hash);
    Pin pin = places[place];
    while (pin != null && pin.canonicalKey().hash() != hash) {
      place = next(place);
      pin = places[place];
    }
    return pin;
  }

  // The low bits: the high bits are those of the slot, which the keys of a look-up often share.
  private int first(long hash) {
    return (int) hash & (places.length - 1);
  }

  private int next(int place) {
    return (place + 1) & (places.length - 1);
  }
}
