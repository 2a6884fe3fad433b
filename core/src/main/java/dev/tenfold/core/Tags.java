// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Names and values that distinguish the components that report under one name.
 *
 * <pre>{@code
 * Tags tags = Tags.of("cache", "users").and("tier", "memory");
 * }</pre>
 *
 * <p><b>Guarantees.</b> Names are unique and not empty. Two lists are equal if they have the same
 * names and values, in any order.
 *
 * <p><b>No guarantees.</b> The number of values is not checked: take them from configuration, never
 * from traffic. No key, tenant or message is a tag.
 *
 * <p>Immutable.
 */
public final class Tags {
  private static final Tags NONE = new Tags(Map.of());

  private final Map<String, String> values;

  private Tags(Map<String, String> values) {
    this.values = values;
  }

  /**
   * Returns the empty list.
   *
   * @return a constant
   */
  public static Tags none() {
    return NONE;
  }

  /**
   * Returns one tag.
   *
   * @param name the name; not empty
   * @param value the value
   * @return a list of one tag
   * @throws IllegalArgumentException if the name is empty
   */
  public static Tags of(String name, String value) {
    return NONE.and(name, value);
  }

  /**
   * Returns these tags and one more.
   *
   * @param name the name; not empty, and not among these tags
   * @param value the value
   * @return a new list
   * @throws IllegalArgumentException if the name is empty or among these tags
   */
  public Tags and(String name, String value) {
    Objects.requireNonNull(value, "value");
    if (values.containsKey(Checks.name("tag", name))) {
      throw new IllegalArgumentException("tag name \"" + name + "\" is already among " + values);
    }
    Map<String, String> more = new LinkedHashMap<>(values);
    more.put(name, value);
    return new Tags(Collections.unmodifiableMap(more));
  }

  /**
   * Returns the names and values.
   *
   * @return an unmodifiable map in the order in which the tags were added
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
