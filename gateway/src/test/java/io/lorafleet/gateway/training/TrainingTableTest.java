// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class TrainingTableTest {
    private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
    private static final Lineage FIRST = new Lineage(1, 0, 0, 5, 2, 42, "plan");
    private static final Lineage SECOND = new Lineage(2, 0, 5, 9, 2, 42, "plan");

    private final TrainingTable table = new TrainingTable();

    @Test
    void showsTheProgressOfTheLatestRun() {
        table.apply(started(FIRST));
        table.apply(progressed(FIRST, 1));
        table.apply(progressed(FIRST, 2));
        table.apply(progressed(FIRST, 2)); // resumed from a checkpoint
        assertThat(only().progress()).extracting(TrainingProgressed::step).containsExactly(1, 2);
        table.apply(started(FIRST)); // by another trainer
        assertThat(only().progress()).hasSize(2);
        table.apply(TrainingFinished.rejected("fast", FIRST, "worse", null, AT));
        assertThat(only().finished()).isNotNull();
        assertThat(only().progress()).hasSize(2);
        table.apply(started(SECOND));
        assertThat(only().finished()).isNull();
        assertThat(only().progress()).isEmpty();
    }

    /** They are on different topics, so a gateway that starts may read the progress first. */
    @Test
    void keepsProgressThatIsReadBeforeTheStart() {
        table.apply(progressed(FIRST, 7));
        table.apply(progressed(SECOND, 1));
        assertThat(table.all()).isEmpty();
        table.apply(started(FIRST));
        assertThat(only().progress()).extracting(TrainingProgressed::step).containsExactly(7);
        table.apply(started(SECOND));
        assertThat(only().progress()).extracting(TrainingProgressed::step).containsExactly(1);
    }

    @Test
    void thinsALongCurve() {
        table.apply(started(FIRST));
        for (int step = 1; step <= 1000; step++) {
            table.apply(progressed(FIRST, step));
        }
        assertThat(only().progress()).hasSizeBetween(60, 120);
        assertThat(only().progress().get(only().progress().size() - 1).step()).isEqualTo(1000);
    }

    private AdapterTraining only() {
        assertThat(table.all()).hasSize(1);
        return table.all().get(0);
    }

    private static TrainingStarted started(Lineage run) {
        return new TrainingStarted("fast", run, "trainer-1", AT);
    }

    private static TrainingProgressed progressed(Lineage run, int step) {
        return new TrainingProgressed("fast", run, step, 1000, 0.5, 0.5, AT);
    }
}
