// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import java.util.List;

/**
 * The result for one invariant.
 *
 * @param compared number of comparisons
 * @param violations where the invariant does not hold
 */
public record Verdict(String invariant, String statement, int compared, List<Violation> violations) {
    private static final int SHOWN = 10;

    public Verdict {
        violations = List.copyOf(violations);
    }

    public boolean holds() {
        return violations.isEmpty();
    }

    /** @return a summary line, then a line for each of the first violations */
    public String text() {
        String result = !holds() ? "VIOLATED" : compared == 0 ? "no evidence" : "holds";
        StringBuilder text =
                new StringBuilder("%-3s %-11s %6d compared  %s".formatted(invariant, result, compared, statement));
        violations.stream()
                .limit(SHOWN)
                .forEach(each -> text.append("%n      ".formatted()).append(each));
        if (violations.size() > SHOWN) {
            text.append("%n      and %d more".formatted(violations.size() - SHOWN));
        }
        return text.toString();
    }
}
