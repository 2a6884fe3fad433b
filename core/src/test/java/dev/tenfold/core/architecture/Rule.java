// SPDX-License-Identifier: Apache-2.0
package dev.tenfold.core.architecture;

import java.util.List;

/** One rule of the house. */
interface Rule {
  List<Violation> check(Subject subject);
}
