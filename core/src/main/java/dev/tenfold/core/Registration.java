// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core;

/** Something that was registered and can be taken back. */
@FunctionalInterface
public interface Registration extends AutoCloseable {

  /** Takes the registration back. Closing twice is harmless. Throws nothing. */
  @Override
  void close();
}
