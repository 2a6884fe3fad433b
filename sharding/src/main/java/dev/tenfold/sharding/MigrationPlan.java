// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What moves when one version of a topology follows another: slots, and the keys that either
 * version pins.
 *
 * <pre>{@code
 * MigrationPlan plan = MigrationPlan.between(v7, v8);
 * System.out.println(plan.text(slot -> bytesOf[slot.slot()]));       // a dry run
 *
 * orders: version 7 -> 8
 * 512 of 4,096 slots move (12.5 %), about 31.2 GB, and 1 pinned key
 *   s0 -> s3: 256 slots (6.3 %), about 15.6 GB
 *   s1 -> s3: 256 slots (6.3 %), about 15.6 GB
 *   "tenant-7": s0 -> s9
 * }</pre>
 *
 * <p><b>Guarantees.</b> A key has another owner in {@link #to} than in {@link #from} exactly if the
 * plan moves the key ({@link #moves(Object)}). The move of a slot stands for all keys of the slot
 * that neither version pins. The move of a pinned key stands for that key alone, whether its slot
 * moves or not. So moves do not overlap: the order of the moves does not change the result.
 *
 * <p><b>No guarantees.</b> A plan moves no data, and does not make it safe to move data that is
 * being written. A plan says what has to move.
 *
 * <p>A plan leads to a higher version. To roll back, evolve a new version that undoes the change,
 * and plan the way from the version in force to the new one: routers do not follow a version that
 * goes back.
 *
 * <p>Immutable and thread-safe. {@link #between} takes one pass over the slots and a look-up per
 * pinned key. A plan holds both topologies, and 4 bytes per slot that moves. {@link
 * MigrationPlanText} makes the text.
 */
public final class MigrationPlan {
  private static final int REMOVED = Short.MAX_VALUE; // not the index of a shard

  private final Topology from;
  private final Topology to;
  private final ShardRouter before;
  private final ShardRouter after;
  private final int[] slots; // the slots that move, ascending
  private final List<PinMove> pinMoves;

  MigrationPlan(Topology from, Topology to, int[] slots, List<PinMove> pinMoves) {
    this.from = from;
    this.to = to;
    this.before = ShardRouter.of(TopologySource.of(from));
    this.after = ShardRouter.of(TopologySource.of(to));
    this.slots = slots;
    this.pinMoves = pinMoves;
  }

  /**
   * Compares two versions of a topology.
   *
   * @param from the version in force
   * @param to a later version: {@link Topology#succeeds} is true
   * @return what moves between both versions
   * @throws IllegalArgumentException if the names or the numbers of slots differ, or the version of
   *     {@code to} is not higher
   */
  public static MigrationPlan between(Topology from, Topology to) {
    VersionRules.requireNewVersion(from, to);
    return new MigrationPlan(from, to, movedSlots(from, to), movedPins(from, to));
  }

  /** Writes every slot and advances past those that move. A branch would be predicted wrong. */
  private static int[] movedSlots(Topology from, Topology to) {
    short[] before = from.table();
    short[] after = to.table();
    int[] renumbered = renumbered(from.shards(), to.shards());
    int[] moved = new int[before.length];
    int count = 0;
    for (int slot = 0; slot < before.length; slot++) {
      moved[count] = slot;
      int difference =
          renumbered[Topology.ownerIndex(before[slot])] ^ Topology.ownerIndex(after[slot]);
      count += (difference + Short.MAX_VALUE) >>> 15; // 0 adds 0; 1 to 0x7fff add 1
    }
    return Arrays.copyOf(moved, count);
  }

  /** Returns the index in the new list of every shard in the old list. Both lists are sorted. */
  private static int[] renumbered(List<ShardId> before, List<ShardId> after) {
    int[] renumbered = new int[before.size()];
    int next = 0;
    for (int i = 0; i < renumbered.length; i++) {
      ShardId shard = before.get(i);
      // equals is cheaper than compareTo, and few shards come or go
      while (next < after.size()
          && !after.get(next).equals(shard)
          && after.get(next).compareTo(shard) < 0) {
        next++;
      }
      boolean stays = next < after.size() && after.get(next).equals(shard);
      renumbered[i] = stays ? next++ : REMOVED;
    }
    return renumbered;
  }

  private static List<PinMove> movedPins(Topology from, Topology to) {
    if (from.pins().isEmpty() && to.pins().isEmpty()) {
      return List.of();
    }
    SortedMap<CanonicalKey, Pin> before = byKey(from.pins());
    SortedMap<CanonicalKey, Pin> after = byKey(to.pins());
    SortedMap<CanonicalKey, Pin> all = new TreeMap<>(before);
    all.putAll(after);
    List<PinMove> moves = new ArrayList<>();
    all.forEach((key, pin) -> {
      ShardId ownerBefore = owner(from, before.get(key), key);
      ShardId ownerAfter = owner(to, after.get(key), key);
      if (!ownerBefore.equals(ownerAfter)) {
        moves.add(new PinMove(pin, ownerBefore, ownerAfter));
      }
    });
    return List.copyOf(moves);
  }

  private static SortedMap<CanonicalKey, Pin> byKey(List<Pin> pins) {
    SortedMap<CanonicalKey, Pin> byKey = new TreeMap<>();
    pins.forEach(pin -> byKey.put(pin.canonicalKey(), pin));
    return byKey;
  }

  private static ShardId owner(Topology topology, @Nullable Pin pin, CanonicalKey key) {
    return pin != null ? pin.shard() : topology.owner(key.hash());
  }

  /**
   * Returns the version before the move.
   *
   * @return as given to {@link #between}
   */
  public Topology from() {
    return from;
  }

  /**
   * Returns the version after the move.
   *
   * @return as given to {@link #between}
   */
  public Topology to() {
    return to;
  }

  /**
   * Returns whether no slot and no pinned key moves.
   *
   * @return true if both versions route every key to the same shard
   */
  public boolean isEmpty() {
    return slots.length == 0 && pinMoves.isEmpty();
  }

  /**
   * Returns the number of slots that move.
   *
   * @return 0 to the number of slots
   */
  public int slotsMoved() {
    return slots.length;
  }

  /**
   * Returns the slots that move.
   *
   * @return an immutable list, ordered by slot; the list makes each {@link SlotMove} when it is
   *     read
   */
  public List<SlotMove> moves() {
    return new SlotMoves(this);
  }

  private SlotMove move(int slot) {
    return new SlotMove(slot, from.ownerOf(slot), to.ownerOf(slot));
  }

  /**
   * Returns the pinned keys that move: keys that at least one version pins, and whose owner
   * differs, by a pin or by their slot.
   *
   * @return an immutable list, ordered by the canonical bytes of the keys
   */
  public List<PinMove> pinMoves() {
    return pinMoves;
  }

  /**
   * Returns whether a key moves.
   *
   * @param key as for {@link ShardRouter#route(Object)}
   * @return true if {@link #from} and {@link #to} route the key to different shards
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of this type have no stable hash
   */
  public boolean moves(Object key) {
    Route routeBefore = before.explain(key);
    Route routeAfter = after.explain(key);
    if (routeBefore.pinned() || routeAfter.pinned()) {
      return !routeBefore.shard().equals(routeAfter.shard());
    }
    return Arrays.binarySearch(slots, routeBefore.slot()) >= 0;
  }

  /**
   * Sums up estimates of the bytes in the slots that move, without pinned keys.
   *
   * @param slotBytes returns the bytes of a slot on the shard that it leaves: 0 or more
   * @return the sum, at most {@code Long.MAX_VALUE}
   * @throws IllegalArgumentException if an estimate is negative
   */
  public long estimatedBytes(ToLongFunction<? super SlotMove> slotBytes) {
    return sum(moves(), Objects.requireNonNull(slotBytes, "slotBytes"));
  }

  /**
   * Sums up estimates of the bytes in the slots and of the pinned keys that move.
   *
   * @param slotBytes returns the bytes of a slot on the shard that it leaves: 0 or more
   * @param pinBytes returns the bytes of a pinned key: 0 or more
   * @return the sum, at most {@code Long.MAX_VALUE}
   * @throws IllegalArgumentException if an estimate is negative
   */
  public long estimatedBytes(
      ToLongFunction<? super SlotMove> slotBytes, ToLongFunction<? super PinMove> pinBytes) {
    return MigrationPlanText.saturatedSum(
        estimatedBytes(slotBytes), sum(pinMoves, Objects.requireNonNull(pinBytes, "pinBytes")));
  }

  private static <M> long sum(List<M> moves, ToLongFunction<? super M> estimator) {
    long sum = 0;
    for (M move : moves) {
      sum = MigrationPlanText.saturatedSum(sum, estimate(move, estimator));
    }
    return sum;
  }

  private static <M> long estimate(M move, ToLongFunction<? super M> estimator) {
    long bytes = estimator.applyAsLong(move);
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "the estimate for " + move + " is " + bytes + " bytes; it must be at least 0");
    }
    return bytes;
  }

  /**
   * Describes the plan for people: one line for the versions, one for the total, one for every pair
   * of shards between which slots move, ordered by their ids, and one for every pinned key that
   * moves. The text is the same in every locale. The wording may change with a release.
   *
   * @return lines, each ended by {@code \n}
   */
  public String text() {
    return describe(null, null);
  }

  /**
   * Describes the plan as {@link #text()} does, with estimates of the bytes in the slots.
   *
   * @param slotBytes as for {@link #estimatedBytes(ToLongFunction)}; called once per slot
   * @return lines, each ended by {@code \n}
   * @throws IllegalArgumentException if an estimate is negative
   */
  public String text(ToLongFunction<? super SlotMove> slotBytes) {
    Objects.requireNonNull(slotBytes, "slotBytes");
    return describe(slotBytes, null);
  }

  /**
   * Describes the plan as {@link #text()} does, with estimates of the bytes in the slots and of the
   * pinned keys.
   *
   * @param slotBytes as for {@link #estimatedBytes(ToLongFunction, ToLongFunction)}; called once
   *     per slot
   * @param pinBytes called once per pinned key
   * @return lines, each ended by {@code \n}
   * @throws IllegalArgumentException if an estimate is negative
   */
  public String text(
      ToLongFunction<? super SlotMove> slotBytes, ToLongFunction<? super PinMove> pinBytes) {
    Objects.requireNonNull(slotBytes, "slotBytes");
    Objects.requireNonNull(pinBytes, "pinBytes");
    return describe(slotBytes, pinBytes);
  }

  private String describe(
      @Nullable ToLongFunction<? super SlotMove> slotBytes,
      @Nullable ToLongFunction<? super PinMove> pinBytes) {
    MigrationPlanText text = new MigrationPlanText(from, to);
    for (int slot : slots) {
      text.addSlot(slot, slotBytes == null ? 0 : estimate(move(slot), slotBytes));
    }
    for (PinMove move : pinMoves) {
      if (pinBytes == null) {
        text.addPin(move.key(), move.from(), move.to());
      } else {
        text.addPin(move.key(), move.from(), move.to(), estimate(move, pinBytes));
      }
    }
    return text.text(slotBytes != null, pinBytes != null);
  }

  @Override
  public String toString() {
    return "MigrationPlan["
        + (from.name() + " v" + from.version() + " -> v" + to.version() + ", ")
        + (slots.length + " slots, " + pinMoves.size() + " pinned keys]");
  }

  /**
   * A slot that moves, with all its keys that neither version pins.
   *
   * @param slot 0 to {@code slots - 1}
   * @param from the owner in the version before
   * @param to the owner in the version after, another shard
   */
  public record SlotMove(int slot, ShardId from, ShardId to) {}

  /**
   * A pinned key that moves.
   *
   * @param pin the key as the version after pins it, or else as the version before does
   * @param from the owner of the key in the version before
   * @param to the owner of the key in the version after, another shard
   */
  public record PinMove(Pin pin, ShardId from, ShardId to) {
    /**
     * Returns the key for people.
     *
     * @return as {@link Pin#key()}
     */
    public String key() {
      return pin.key();
    }
  }

  private static final class SlotMoves extends AbstractList<SlotMove> implements RandomAccess {
    private final MigrationPlan plan;

    SlotMoves(MigrationPlan plan) {
      this.plan = plan;
    }

    @Override
    public SlotMove get(int index) {
      return plan.move(plan.slots[index]);
    }

    @Override
    public int size() {
      return plan.slots.length;
    }
  }
}
