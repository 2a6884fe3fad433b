// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The pinned keys of a topology, found by their hash. Asked only for keys whose slot holds a pinned
 * one, and at most half of the places are taken, so a search ends after one or two looks.
 */
final class KeyTable {
  static final int MOST = 4096;

  private final @Nullable Pin[] places;

  /** Takes pins of different hashes. */
  KeyTable(List<Pin> pins) {
    this.places = new Pin[Integer.highestOneBit(Math.max(1, pins.size())) * 4];
    for (Pin pin : pins) {
      int place = first(pin.exactKey().hash());
      while (places[place] != null) {
        place = next(place);
      }
      places[place] = pin;
    }
  }

  /** Returns the only pin that may be of a key with that hash. The caller compares the keys. */
  @Nullable Pin find(long hash) {
    int place = first(hash);
    Pin pin = places[place];
    while (pin != null && pin.exactKey().hash() != hash) {
      place = next(place);
      pin = places[place];
    }
    return pin;
  }

  // The high bits are those of the slot, which candidates may share; the low ones are as good.
  private int first(long hash) {
    return (int) hash & (places.length - 1);
  }

  private int next(int place) {
    return (place + 1) & (places.length - 1);
  }
}
