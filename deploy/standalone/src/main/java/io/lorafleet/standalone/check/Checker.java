// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.check;

import io.lorafleet.standalone.history.HistoryReader;
import io.lorafleet.standalone.history.RunFacts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks a history against all invariants. */
public final class Checker {
    private static final List<Invariant> INVARIANTS = List.of(
            new OneEnd(),
            new SameContent(),
            new WithinSlots(),
            new PinnedVersions(),
            new FeedbackTiled(),
            new OneTrainer(),
            new Drained(),
            new InnocentsUnharmed(),
            new VerifiedBytes(),
            new FaultsStruck());

    private Checker() {}

    /**
     * @param folder folder of the history
     * @return a verdict for each invariant, and the totals
     */
    public static CheckReport check(Path folder) throws IOException {
        History history = new History(RunFacts.read(folder), HistoryReader.read(folder));
        return new CheckReport(
                INVARIANTS.stream().map(each -> verdict(each, history)).toList(), Totals.of(history));
    }

    private static Verdict verdict(Invariant invariant, History history) {
        Findings findings = new Findings();
        invariant.judge(history, findings);
        List<Violation> violations = new ArrayList<>(findings.violations());
        if (findings.compared() == 0 && history.facts().judged().contains(invariant.name())) {
            violations.add(new Violation("history", "evidence for " + invariant.name(), "none"));
        }
        return new Verdict(invariant.name(), invariant.statement(), findings.compared(), violations);
    }
}
