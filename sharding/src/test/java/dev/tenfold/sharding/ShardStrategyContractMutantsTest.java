// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.sharding;

import dev.tenfold.core.StableHash;
import dev.tenfold.core.TimeSource;
import dev.tenfold.core.mutants.Breaks;
import dev.tenfold.core.mutants.Mutants;
import dev.tenfold.sharding.contract.ShardStrategyContract;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Wrong strategies, each of which the contract finds by the duty that it breaks. */
class ShardStrategyContractMutantsTest {
  private static final List<ShardId> SEVEN = Counts.shards(7);

  /** A sound strategy, of which each mutant gets one thing wrong. */
  static class Sound implements ShardStrategy {
    @Override
    public List<ShardId> shards() {
      return SEVEN;
    }

    ShardId shard(long hash) {
      return SEVEN.get((int) Long.remainderUnsigned(hash, 7));
    }

    @Override
    public ShardId route(Object key) {
      return shard(StableHash.hash(key));
    }
  }

  static Stream<Class<?>> mutants() {
    return Mutants.in(ShardStrategyContractMutantsTest.class);
  }

  @ParameterizedTest
  @MethodSource("mutants")
  void contract_wrongStrategy_namesTheDuty(Class<?> mutant) {
    Mutants.assertFoundOut(mutant);
  }

  @Breaks(
      test = "shards_whoeverHoldsThem_cannotBeChanged",
      duty = "nobody can change the list of shards")
  static class OpenList extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public List<ShardId> shards() {
          return new ArrayList<>(SEVEN);
        }
      };
    }
  }

  @Breaks(test = "shards_always_areSomeAndEachOnce", duty = "a strategy has at least one shard")
  static class TwiceTheSame extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public List<ShardId> shards() {
          return List.of(SEVEN.get(0), SEVEN.get(0));
        }
      };
    }
  }

  @Breaks(
      test = "shards_always_areSomeAndEachOnce",
      duty = "the shards of a strategy are always the same")
  static class Rotating extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      AtomicInteger turn = new AtomicInteger();
      return new Sound() {
        @Override
        public List<ShardId> shards() {
          return List.of(SEVEN.get(turn.getAndIncrement() % 7));
        }
      };
    }
  }

  @Breaks(test = "route_anyKey_answersOneOfTheShards", duty = "a route is one of the shards")
  static class HiddenShard extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public List<ShardId> shards() {
          return SEVEN.subList(0, 6);
        }
      };
    }
  }

  @Breaks(
      test = "route_whateverCameBefore_answersTheSame",
      duty = "equal keys have the same route, whatever was routed before")
  static class Turns extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      AtomicInteger turn = new AtomicInteger();
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return SEVEN.get(turn.getAndIncrement() % 7);
        }
      };
    }
  }

  /** Gives every new key the next shard, and remembers. */
  @Breaks(
      test = "route_keysInAnotherOrder_answersTheSame",
      duty = "equal keys have the same route, in whatever order the keys come")
  static class FirstCome extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      Map<Long, ShardId> owners = new ConcurrentHashMap<>();
      return new Sound() {
        @Override
        ShardId shard(long hash) {
          return owners.computeIfAbsent(hash, none -> SEVEN.get(owners.size() % 7));
        }
      };
    }
  }

  @Breaks(
      test = "route_anyLocale_answersTheSame",
      duty = "equal keys have the same route in every locale")
  static class LowerCase extends ShardStrategyContract {
    @Override
    @SuppressWarnings("StringCaseLocaleUsage") // the fault
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return super.route(key instanceof String text ? ("KEY-I" + text).toLowerCase() : key);
        }
      };
    }
  }

  @Breaks(test = "route_integerOfAnyType_isOneKey", duty = "all types of integers agree")
  static class ByText extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return super.route(key instanceof Integer ? key.getClass().getSimpleName() + key : key);
        }
      };
    }
  }

  @Breaks(test = "route_integerOfAnyType_isOneKey", duty = "all types of integers agree")
  static class LongsByRemainder extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(long key) {
          return SEVEN.get((int) Math.floorMod(key, 7L));
        }
      };
    }
  }

  @Breaks(
      test = "route_equalTextOrBytesInAnotherObject_isOneKey",
      duty = "equal keys have the same route: equal bytes in another array")
  static class HashCodes extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return key instanceof byte[] ? shard(key.hashCode()) : super.route(key);
        }
      };
    }
  }

  @Breaks(
      test = "route_equalTextOrBytesInAnotherObject_isOneKey",
      duty = "equal keys have the same route: text in a StringBuilder and in a String")
  static class StringsOnly extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return key instanceof StringBuilder ? shard(key.hashCode()) : super.route(key);
        }
      };
    }
  }

  @Breaks(test = "route_null_isRefused", duty = "a null key is refused")
  static class NullToTheFirst extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return key == null ? SEVEN.get(0) : super.route(key);
        }
      };
    }
  }

  @Breaks(
      test = "route_keyWithoutStableHash_isRefusedByName",
      duty = "a key without a stable hash is refused by its type (java.lang.Object)")
  static class AnyObject extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return super.route(key.getClass() == Object.class ? key.toString() : key);
        }
      };
    }
  }

  @Breaks(
      test = "route_textWithHalfASurrogate_isRefused",
      duty = "text that is not well-formed is refused")
  static class QuestionMarks extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        public ShardId route(Object key) {
          return super.route(key instanceof String text ? text.replaceAll("\\p{Cs}", "?") : key);
        }
      };
    }
  }

  @Breaks(
      test = "route_keyWithoutShard_isRefused",
      duty = "a key without a shard is refused: there is no default shard")
  static class DefaultShard extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound();
    }

    @Override
    protected List<Object> keysWithoutShard() {
      return List.of("a customer who was never placed");
    }
  }

  @Breaks(test = "route_anyKey_doesNotBlock", duty = "a strategy does not block")
  static class AsksARegistry extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        @Override
        ShardId shard(long hash) {
          try {
            TimeSource.system().sleep(1_000);
          } catch (InterruptedException interrupt) {
            Thread.currentThread().interrupt();
          }
          return super.shard(hash);
        }
      };
    }
  }

  @Breaks(
      test = "route_fromManyThreads_answersTheSame",
      duty = "equal keys have the same route, on whatever thread")
  static class SharedDigest extends ShardStrategyContract {
    @Override
    protected ShardStrategy strategy() {
      return new Sound() {
        // Not a plain array, whose values a compiler may keep in registers.
        private final AtomicLongArray digest = new AtomicLongArray(8);

        @Override
        ShardId shard(long hash) {
          for (int i = 0; i < digest.length(); i++) {
            digest.set(i, hash >>> i);
          }
          long sum = 0;
          for (int i = 0; i < digest.length(); i++) {
            sum += digest.get(i);
          }
          return super.shard(sum);
        }
      };
    }
  }
}
