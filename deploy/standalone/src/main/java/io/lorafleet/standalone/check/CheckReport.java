// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import java.io.PrintWriter;
import java.util.List;

/** What {@link Checker} found in a history. */
public record CheckReport(List<Verdict> verdicts, Totals totals) {
    public boolean holds() {
        return verdicts.stream().allMatch(Verdict::holds);
    }

    public void print(PrintWriter out) {
        verdicts.forEach(verdict -> out.println(verdict.text()));
        out.println(totals.text());
    }
}
