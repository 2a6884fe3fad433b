// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * Says what part of a value can change, if any.
 *
 * <ul>
 *   <li>Known immutable: boxes, text, numbers, {@code java.time}, patterns, handles, loggers, enums
 *       of the JDK.
 *   <li>Immutable if their contents are: the JDK's unmodifiable collections, {@code Optional}.
 *   <li>Immutable if every instance field is final and its value is immutable: types of ours,
 *       records, enums, lambdas. A lambda of the JDK itself ({@code Comparator.comparing}) closes
 *       over functions only and counts as immutable.
 *   <li>A private array of immutables is a lookup table: nobody outside the file can write it.
 *       Elsewhere an array that is not empty can change.
 *   <li>Everything else can change.
 * </ul>
 */
final class Immutability {
  private static final Set<String> TYPES =
      Set.of(
          "java.lang.String",
          "java.lang.Boolean",
          "java.lang.Byte",
          "java.lang.Short",
          "java.lang.Character",
          "java.lang.Integer",
          "java.lang.Long",
          "java.lang.Float",
          "java.lang.Double",
          "java.lang.Void",
          "java.lang.Class",
          "java.math.BigInteger",
          "java.math.BigDecimal",
          "java.net.URI",
          "java.util.HexFormat",
          "java.util.Locale",
          "java.util.OptionalDouble",
          "java.util.OptionalInt",
          "java.util.OptionalLong",
          "java.util.UUID",
          "java.util.regex.Pattern",
          "java.util.Base64$Encoder",
          "java.util.Base64$Decoder",
          "org.slf4j.Logger");

  private final Set<Object> visited = Collections.newSetFromMap(new IdentityHashMap<>());

  private Immutability() {}

  static boolean isImmutable(String type) {
    return TYPES.contains(type) || type.startsWith("java.time.") && !type.endsWith("Clock");
  }

  /** Returns what can change, as a path into the value, or null. */
  static @Nullable String mutablePart(@Nullable Object value) {
    return new Immutability().visit(value, "");
  }

  static boolean isTableOfImmutables(Object value) {
    return value.getClass().isArray() && elements(value, new Immutability(), "") == null;
  }

  private @Nullable String visit(@Nullable Object value, String path) {
    if (value == null || !visited.add(value)) {
      return null;
    }
    Class<?> type = value.getClass();
    if (isImmutable(type.getName())
        || value instanceof VarHandle
        || value instanceof AtomicIntegerFieldUpdater<?>
        || value instanceof AtomicLongFieldUpdater<?>
        || value instanceof AtomicReferenceFieldUpdater<?, ?>
        || value instanceof MethodHandle
        || value instanceof java.nio.charset.Charset
        || isLogger(type)) {
      return null;
    }
    if (value instanceof Optional<?> optional) {
      return visit(optional.orElse(null), path + ".get()");
    }
    if (type.isArray()) {
      return Array.getLength(value) == 0 ? null : path + "a " + type.getSimpleName();
    }
    if (type.getName().startsWith("java.util.")) {
      return visitCollection(value, type, path);
    }
    if (type.getName().startsWith("java.")) {
      boolean stateless = type.isHidden() || value instanceof Enum<?>;
      return stateless ? null : path + "a " + type.getName();
    }
    return visitFields(value, type, path);
  }

  private @Nullable String visitCollection(Object value, Class<?> type, String path) {
    String name = type.getName();
    boolean unmodifiable =
        name.startsWith("java.util.ImmutableCollections$")
            || name.startsWith("java.util.Collections$Unmodifiable")
            || name.startsWith("java.util.Collections$Empty")
            || name.startsWith("java.util.Collections$Singleton");
    if (unmodifiable && value instanceof Collection<?> collection) {
      return visitAll(collection, path + "[]");
    }
    if (unmodifiable && value instanceof Map<?, ?> map) {
      String key = visitAll(map.keySet(), path + "[key]");
      return key != null ? key : visitAll(map.values(), path + "[value]");
    }
    boolean stateless =
        type.isHidden() || value instanceof Enum<?> || value instanceof java.util.Comparator<?>;
    return stateless || unmodifiable ? null : path + "a " + name;
  }

  private @Nullable String visitAll(Iterable<?> values, String path) {
    for (Object value : values) {
      String part = visit(value, path);
      if (part != null) {
        return part;
      }
    }
    return null;
  }

  private static @Nullable String elements(Object array, Immutability visitor, String path) {
    if (array.getClass().getComponentType().isPrimitive()) {
      return null;
    }
    for (int i = 0; i < Array.getLength(array); i++) {
      Object element = Array.get(array, i);
      boolean inner = element != null && element.getClass().isArray();
      String part =
          inner ? elements(element, visitor, path + "[]") : visitor.visit(element, path + "[]");
      if (part != null) {
        return part;
      }
    }
    return null;
  }

  private @Nullable String visitFields(Object value, Class<?> type, String path) {
    for (Class<?> at = type;
        at != null && !at.getName().startsWith("java.");
        at = at.getSuperclass()) {
      for (Field field : at.getDeclaredFields()) {
        if (Modifier.isStatic(field.getModifiers())) {
          continue;
        }
        String here = path + type.getSimpleName() + "." + field.getName() + " ";
        if (!Modifier.isFinal(field.getModifiers())) {
          return here + "is not final";
        }
        String part = field.getType().isPrimitive() ? null : visit(read(field, value), here);
        if (part != null) {
          return part;
        }
      }
    }
    return null;
  }

  private static @Nullable Object read(Field field, Object owner) {
    try {
      field.setAccessible(true);
      return field.get(owner);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException("cannot read " + field, e);
    }
  }

  private static boolean isLogger(Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      for (Class<?> face : at.getInterfaces()) {
        if (face.getName().equals("org.slf4j.Logger")) {
          return true;
        }
      }
    }
    return false;
  }
}
