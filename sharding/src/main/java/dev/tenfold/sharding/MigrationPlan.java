// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What moves when one version of a topology follows another: slots, and the keys that are pinned in
 * either version.
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
 * <p>Guarantees. A key has another owner in {@link #to} than in {@link #from} exactly if the plan
 * moves it ({@link #moves}). The move of a slot stands for the keys of the slot that neither
 * version pins; the move of a pinned key stands for that key alone, whether its slot moves or not.
 * So the moves do not overlap: they may be done in any order, and the end is the same.
 *
 * <p>Not promised: that data moves, or that it may move while it is written. A plan only says what
 * has to.
 *
 * <p>A plan leads forward. To roll back, evolve on and plan the way from the version that holds to
 * the new one: routers do not follow a version that goes back.
 *
 * <p>Immutable. Making one takes a pass over the slots and a look-up per pinned key; it keeps both
 * topologies, and 4 bytes per slot that moves.
 */
public final class MigrationPlan {
  private static final int GONE = Short.MAX_VALUE; // no index of a shard

  private final Topology from;
  private final Topology to;
  private final ShardRouter before;
  private final ShardRouter after;
  private final int[] slots; // that move, rising
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
   * Compares two versions of one topology.
   *
   * @param from the version that holds
   * @param to the version that is to hold, newer
   * @return what moves between them
   * @throws IllegalArgumentException if their names or their slots differ, or {@code to} is not
   *     newer
   */
  public static MigrationPlan between(Topology from, Topology to) {
    if (!from.name().equals(to.name())) {
      throw new IllegalArgumentException(
          "topology " + from.name() + " cannot become " + to.name() + "; a plan keeps the name");
    }
    if (from.slots() != to.slots()) {
      throw new IllegalArgumentException(
          from.name()
              + (" has " + from.slots() + " slots in version " + from.version())
              + (" and " + to.slots() + " in version " + to.version())
              + "; the number of slots is fixed for the life of the data");
    }
    if (to.version() <= from.version()) {
      throw new IllegalArgumentException(
          from.name()
              + (": version " + to.version() + " is not newer than " + from.version())
              + "; a plan leads forward, also to roll back");
    }
    return new MigrationPlan(from, to, movedSlots(from, to), movedPins(from, to));
  }

  /** Writes down every slot and steps on behind those that move: no branch to be guessed wrong. */
  private static int[] movedSlots(Topology from, Topology to) {
    short[] before = from.table();
    short[] after = to.table();
    int[] renumbered = renumbered(from.shards(), to.shards());
    int[] moved = new int[before.length];
    int count = 0;
    for (int slot = 0; slot < before.length; slot++) {
      moved[count] = slot;
      int difference = renumbered[Topology.index(before[slot])] ^ Topology.index(after[slot]);
      count += (difference + Short.MAX_VALUE) >>> 15; // 0 adds 0, and 1 to 0x7fff add 1
    }
    return Arrays.copyOf(moved, count);
  }

  /** The index in the new list of every shard of the old one; both are sorted. */
  private static int[] renumbered(List<ShardId> before, List<ShardId> after) {
    int[] renumbered = new int[before.size()];
    int next = 0;
    for (int i = 0; i < renumbered.length; i++) {
      ShardId shard = before.get(i);
      // Equality is cheap, and few shards come or go.
      while (next < after.size()
          && !after.get(next).equals(shard)
          && after.get(next).compareTo(shard) < 0) {
        next++;
      }
      boolean stays = next < after.size() && after.get(next).equals(shard);
      renumbered[i] = stays ? next++ : GONE;
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
      ShardId was = owner(from, before.get(key), key);
      ShardId is = owner(to, after.get(key), key);
      if (!was.equals(is)) {
        moves.add(new PinMove(pin, was, is));
      }
    });
    return List.copyOf(moves);
  }

  private static SortedMap<CanonicalKey, Pin> byKey(List<Pin> pins) {
    SortedMap<CanonicalKey, Pin> byKey = new TreeMap<>();
    pins.forEach(pin -> byKey.put(pin.exactKey(), pin));
    return byKey;
  }

  private static ShardId owner(Topology topology, @Nullable Pin pin, CanonicalKey key) {
    return pin != null ? pin.shard() : topology.owner(key.hash());
  }

  /**
   * Returns the version that holds before.
   *
   * @return as given
   */
  public Topology from() {
    return from;
  }

  /**
   * Returns the version that holds after.
   *
   * @return as given
   */
  public Topology to() {
    return to;
  }

  /**
   * Returns whether no slot and no pinned key moves.
   *
   * @return true if both versions send every key to the same shard
   */
  public boolean isEmpty() {
    return slots.length == 0 && pinMoves.isEmpty();
  }

  /**
   * Returns how many slots move.
   *
   * @return 0 to the number of slots
   */
  public int slotsMoved() {
    return slots.length;
  }

  /**
   * Returns the slots that move.
   *
   * @return an immutable list, by slot; a move is made when it is asked for
   */
  public List<SlotMove> moves() {
    return new SlotMoves(this);
  }

  private SlotMove move(int slot) {
    return new SlotMove(slot, from.ownerOf(slot), to.ownerOf(slot));
  }

  /**
   * Returns the pinned keys that move: those that either version pins and whose owner differs,
   * whether it is their owner by a pin or by their slot.
   *
   * @return an immutable list, by the canonical bytes of the keys
   */
  public List<PinMove> pinMoves() {
    return pinMoves;
  }

  /**
   * Returns whether a key moves.
   *
   * @param key as of {@link ShardRouter#route(Object)}
   * @return true if {@link #from} and {@link #to} send it to different shards
   * @throws NullPointerException if the key is null
   * @throws IllegalArgumentException if keys of its type have no stable hash
   */
  public boolean moves(Object key) {
    Route was = before.explain(key);
    Route is = after.explain(key);
    if (was.pinned() || is.pinned()) {
      return !was.shard().equals(is.shard());
    }
    return Arrays.binarySearch(slots, was.slot()) >= 0;
  }

  /**
   * Estimates how much the slots hold that move. Pinned keys are left out.
   *
   * @param slotBytes answers the bytes of a slot on the shard that it leaves: 0 or more
   * @return the sum, or {@code Long.MAX_VALUE} if it is more
   * @throws IllegalArgumentException if an answer is negative
   */
  public long estimatedBytes(ToLongFunction<? super SlotMove> slotBytes) {
    return sum(moves(), Objects.requireNonNull(slotBytes, "slotBytes"));
  }

  /**
   * Estimates how much the slots and the pinned keys hold that move.
   *
   * @param slotBytes answers the bytes of a slot on the shard that it leaves: 0 or more
   * @param pinBytes answers the bytes of a pinned key: 0 or more
   * @return the sum, or {@code Long.MAX_VALUE} if it is more
   * @throws IllegalArgumentException if an answer is negative
   */
  public long estimatedBytes(
      ToLongFunction<? super SlotMove> slotBytes, ToLongFunction<? super PinMove> pinBytes) {
    return saturatedSum(
        estimatedBytes(slotBytes), sum(pinMoves, Objects.requireNonNull(pinBytes, "pinBytes")));
  }

  private static <M> long sum(List<M> moves, ToLongFunction<? super M> weigher) {
    long sum = 0;
    for (M move : moves) {
      sum = saturatedSum(sum, weight(move, weigher));
    }
    return sum;
  }

  private static <M> long weight(M move, ToLongFunction<? super M> weigher) {
    long bytes = weigher.applyAsLong(move);
    if (bytes < 0) {
      throw new IllegalArgumentException(
          "the weigher answered " + bytes + " bytes for " + move + "; the least is 0");
    }
    return bytes;
  }

  private static long saturatedSum(long a, long b) {
    long sum = a + b;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /**
   * Describes the plan for people: a line for the versions, one for the total, one for every pair
   * of shards between which slots move, by their ids, and one for every pinned key that moves. The
   * same in every locale; the wording may change from release to release.
   *
   * @return lines, each ended by {@code \n}
   */
  public String text() {
    return describe(null, null);
  }

  /**
   * Describes the plan as {@link #text()} does, and estimates the bytes of the slots.
   *
   * @param slotBytes as of {@link #estimatedBytes(ToLongFunction)}; asked once for every slot
   * @return lines, each ended by {@code \n}
   * @throws IllegalArgumentException if an answer is negative
   */
  public String text(ToLongFunction<? super SlotMove> slotBytes) {
    return describe(Objects.requireNonNull(slotBytes, "slotBytes"), null);
  }

  /**
   * Describes the plan as {@link #text()} does, and estimates the bytes of slots and pinned keys.
   *
   * @param slotBytes as of {@link #estimatedBytes(ToLongFunction, ToLongFunction)}; asked once for
   *     every slot
   * @param pinBytes asked once for every pinned key
   * @return lines, each ended by {@code \n}
   * @throws IllegalArgumentException if an answer is negative
   */
  public String text(
      ToLongFunction<? super SlotMove> slotBytes, ToLongFunction<? super PinMove> pinBytes) {
    return describe(
        Objects.requireNonNull(slotBytes, "slotBytes"),
        Objects.requireNonNull(pinBytes, "pinBytes"));
  }

  private String describe(
      @Nullable ToLongFunction<? super SlotMove> slotBytes,
      @Nullable ToLongFunction<? super PinMove> pinBytes) {
    StringBuilder lines = new StringBuilder();
    long bytes = 0;
    for (Flow flow : flows(slotBytes)) {
      bytes = saturatedSum(bytes, flow.bytes);
      lines.append("  ").append(flow.from).append(" -> ").append(flow.to).append(": ");
      lines.append(flow.slots == 1 ? "1 slot" : count(flow.slots) + " slots");
      lines.append(share(flow.slots)).append(slotBytes == null ? "" : about(flow.bytes));
      lines.append('\n');
    }
    for (PinMove move : pinMoves) {
      lines.append("  ").append(move.key()).append(": ");
      lines.append(move.from()).append(" -> ").append(move.to());
      if (pinBytes != null) {
        long weight = weight(move, pinBytes);
        bytes = saturatedSum(bytes, weight);
        lines.append(about(weight));
      }
      lines.append('\n');
    }
    String weighed = slotBytes == null ? "" : about(bytes);
    return from.name()
        + (": version " + from.version() + " -> " + to.version() + "\n")
        + (isEmpty() ? "nothing moves" : total(weighed, pinBytes != null))
        + "\n"
        + lines;
  }

  private String total(String weighed, boolean withPins) {
    String moved =
        (count(slots.length) + " of " + count(from.slots()))
            + (slots.length == 1 ? " slots moves" : " slots move")
            + share(slots.length);
    if (pinMoves.isEmpty()) {
      return moved + weighed;
    }
    String pins = pinMoves.size() == 1 ? "1 pinned key" : count(pinMoves.size()) + " pinned keys";
    return withPins || weighed.isEmpty()
        ? moved + " and " + pins + weighed
        : moved + weighed + ", and " + pins;
  }

  /** What moves between pairs of shards, by the first id, then by the second. */
  private Iterable<Flow> flows(@Nullable ToLongFunction<? super SlotMove> slotBytes) {
    SortedMap<Integer, Flow> flows = new TreeMap<>();
    for (int slot : slots) {
      SlotMove move = move(slot);
      int pair =
          Topology.index(from.table()[slot]) << Short.SIZE | Topology.index(to.table()[slot]);
      Flow flow = flows.computeIfAbsent(pair, unseen -> new Flow(move.from(), move.to()));
      flow.slots++;
      flow.bytes = saturatedSum(flow.bytes, slotBytes == null ? 0 : weight(move, slotBytes));
    }
    return flows.values();
  }

  private static String count(int count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  private String share(int moved) {
    return String.format(Locale.ROOT, " (%.1f %%)", 100.0 * moved / from.slots());
  }

  private static String about(long bytes) {
    if (bytes < 1000) {
      return ", about " + bytes + " B";
    }
    double value = bytes / 1000.0;
    int unit = 0;
    while (value >= 999.95) { // which would show as 1000.0
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, ", about %.1f %cB", value, "kMGTPE".charAt(unit));
  }

  @Override
  public String toString() {
    return "MigrationPlan["
        + (from.name() + " v" + from.version() + " -> v" + to.version() + ", ")
        + (slots.length + " slots, " + pinMoves.size() + " pinned keys]");
  }

  /**
   * A slot that moves, with all its keys but those that are pinned in either version.
   *
   * @param slot 0 to {@code slots - 1}
   * @param from the shard that owns it before
   * @param to the shard that owns it after, another one
   */
  public record SlotMove(int slot, ShardId from, ShardId to) {}

  /**
   * A pinned key that moves.
   *
   * @param pin the key, pinned in the newer version, or else as it was pinned in the older
   * @param from the shard that owns the key before
   * @param to the shard that owns the key after, another one
   */
  public record PinMove(Pin pin, ShardId from, ShardId to) {
    /**
     * Returns the key for people.
     *
     * @return as of {@link Pin#key()}
     */
    public String key() {
      return pin.key();
    }
  }

  /** The slots that move from one shard to another. */
  private static final class Flow {
    final ShardId from;
    final ShardId to;
    int slots;
    long bytes;

    Flow(ShardId from, ShardId to) {
      this.from = from;
      this.to = to;
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
