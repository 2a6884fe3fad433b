// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.cache;

import dev.tenfold.cache.contract.RemoteStoreContract;
import dev.tenfold.core.ManualTimeSource;
import java.time.Duration;

class MapStoreTest extends RemoteStoreContract {
  private final ManualTimeSource time = new ManualTimeSource();
  private final MapStore store = new MapStore(time);

  @Override
  protected RemoteStore store() {
    return store;
  }

  @Override
  protected RemoteStore elsewhere() {
    return store;
  }

  @Override
  protected void stopAnswering() {
    store.fail();
  }

  @Override
  protected void goOnAnswering() {
    store.recover();
  }

  @Override
  protected Duration remaining(byte[] key) {
    return store.remaining(key);
  }

  @Override
  protected void letPass(Duration duration) {
    time.advance(duration);
  }
}
