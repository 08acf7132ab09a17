// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

/** Something that must hold in every history. */
interface Invariant {
    /** @return short name, such as {@code I1} */
    String name();

    /** @return the invariant, in one line */
    String statement();

    /** Checks the history against the invariant. */
    void judge(History history, Findings findings);
}
