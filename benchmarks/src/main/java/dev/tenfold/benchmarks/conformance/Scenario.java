// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.benchmarks.conformance;

/**
 * A sentence that should hold for every library, and the steps that test the sentence.
 *
 * @param source the public issue that reports the failure, or the library and version that show the
 *     failure
 * @param sentence the sentence
 * @param steps the test
 */
record Scenario(String source, String sentence, Steps steps) {

  interface Steps {
    Finding take(Library library) throws Exception;
  }

  /** Plays the steps. An exception of the steps is a finding too. */
  Finding play(Library library) {
    try {
      return steps.take(library);
    } catch (NotOfferedException missing) {
      return Finding.notOffered(String.valueOf(missing.getMessage()));
    } catch (Throwable error) {
      return Finding.fails("ended with " + error);
    } finally {
      // A scenario may leave the thread interrupted.
      Thread.interrupted();
    }
  }
}
