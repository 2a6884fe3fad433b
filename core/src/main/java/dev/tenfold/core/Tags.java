// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A few names and values that tell one component from another. Values come from configuration,
 * never from traffic: no key, tenant or message.
 *
 * <p>Immutable; equal if the names and values are, whatever their order.
 */
public final class Tags {
  private static final Tags NONE = new Tags(Map.of());

  private final Map<String, String> values;

  private Tags(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Returns no tags.
   *
   * @return a constant
   */
  public static Tags none() {
    return NONE;
  }

  /**
   * Returns one tag.
   *
   * @param name not empty
   * @param value not null
   * @return the tag
   * @throws IllegalArgumentException if the name is empty
   */
  public static Tags of(String name, String value) {
    return NONE.and(name, value);
  }

  /**
   * Returns these tags and one more.
   *
   * @param name not empty, not among these tags
   * @param value not null
   * @return the longer list
   * @throws IllegalArgumentException if the name is empty or taken
   */
  public Tags and(String name, String value) {
    Objects.requireNonNull(value, "value");
    if (name.isEmpty() || values.containsKey(name)) {
      throw new IllegalArgumentException(
          "tag name \"" + name + "\" is empty or already among " + values);
    }
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new Tags(Collections.unmodifiableMap(more));
  }

  /**
   * Returns the names and values.
   *
   * @return an unmodifiable map in the order of adding
   */
  public Map<String, String> asMap() {
    return values;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Tags that && values.equals(that.values);
  }

  @Override
  public int hashCode() {
    return values.hashCode();
  }

  @Override
  public String toString() {
    var parts = new ArrayList<String>();
    values.forEach((name, value) -> parts.add(name + "=" + value));
    return String.join(",", parts);
  }
}
