// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import java.util.ArrayList;
import java.util.List;

/** Counts the comparisons of an invariant, and collects its violations. */
final class Findings {
    private final List<Violation> violations = new ArrayList<>();
    private int compared;

    /** Counts one comparison, and adds a violation if it fails. */
    void require(boolean holds, String subject, String expected, Object found) {
        compared++;
        if (!holds) {
            violations.add(new Violation(subject, expected, String.valueOf(found)));
        }
    }

    void requireEqual(Object expected, Object found, String subject, String what) {
        require(expected.equals(found), subject, what + " " + expected, found);
    }

    /** @return number of comparisons; 0 if the history has no evidence */
    int compared() {
        return compared;
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }
}
