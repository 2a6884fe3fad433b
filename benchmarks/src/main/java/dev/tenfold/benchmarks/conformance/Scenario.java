// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/**
 * One sentence that should hold for every library, and the steps that show whether it does.
 *
 * @param source the public issue of a library that met the failure, or the library and version that
 *     show it
 * @param sentence what should hold
 * @param steps finds out
 */
record Scenario(String source, String sentence, Steps steps) {

  interface Steps {
    Finding take(Library library) throws Exception;
  }

  /** Takes the steps; whatever they throw is a finding too. */
  Finding play(Library library) {
    try {
      return steps.take(library);
    } catch (NotOfferedException missing) {
      return Finding.notOffered(String.valueOf(missing.getMessage()));
    } catch (Throwable error) {
      return Finding.fails("ended with " + error);
    } finally {
      // A scenario may leave its interrupt behind.
      Thread.interrupted();
    }
  }
}
