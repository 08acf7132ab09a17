// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.run;

import io.lorafleet.messages.adapter.Figures;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.trainer.distill.Candidate;
import io.lorafleet.trainer.distill.Distiller;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.RunRejectedException;
import io.lorafleet.trainer.evaluate.QualityGate;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.lorafleet.trainer.publish.Publication;
import io.lorafleet.trainer.publish.VersionStore;
import io.lorafleet.trainer.publish.VersionStore.TrainedAdapter;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The steps of a run: distill, check the quality gate, store the results and prepare the publication. When {@link
 * #execute} returns, the blob store contains everything that the publication refers to.
 */
public final class TrainingRun {
    private final Distiller distiller;
    private final QualityGate gate;
    private final VersionStore versions;
    private final FeedbackArchive archive;
    private final Clock clock;

    public TrainingRun(
            Distiller distiller, QualityGate gate, VersionStore versions, FeedbackArchive archive, Clock clock) {
        this.distiller = distiller;
        this.gate = gate;
        this.versions = versions;
        this.archive = archive;
        this.clock = clock;
    }

    /**
     * Executes a run. Repeated calls with the same inputs return the same version, so a run can be repeated if its
     * publication fails.
     *
     * @param lastNumber the adapter's highest version number
     * @throws IOException if the run cannot be executed now, for example because the storage is unavailable
     * @throws java.util.concurrent.CancellationException if the observer cancels the run
     */
    public Publication execute(RunInputs inputs, int lastNumber, RunObserver observer) throws IOException {
        RunResult result = distilAndCheck(inputs, observer);
        observer.check();
        archive.keep(inputs.adapter(), inputs.lineage(), inputs.withdrawals(), inputs.samples());
        return result.publication(lastNumber, clock.instant());
    }

    private RunResult distilAndCheck(RunInputs inputs, RunObserver observer) throws IOException {
        try (Candidate candidate = distiller.distil(inputs, observer)) {
            QualityGate.Verdict verdict = candidate.check(gate, observer);
            if (verdict.complaint().isPresent()) {
                return rejected(inputs, verdict.complaint().get(), verdict.figures());
            }
            return passed(inputs, new TrainedAdapter(candidate.file(), candidate.rank(), verdict.figures()));
        } catch (RunRejectedException e) {
            return rejected(inputs, String.valueOf(e.getMessage()), null);
        }
    }

    private RunResult passed(RunInputs inputs, TrainedAdapter adapter) {
        return (lastNumber, now) -> {
            AdapterEvent.Version version = versions.store(inputs.parent(), inputs.lineage(), lastNumber, adapter, now);
            return Publication.of(version, TrainingFinished.published(version.version(), now));
        };
    }

    /** @param figures null if the run was rejected before the quality gate */
    private static RunResult rejected(RunInputs inputs, String reason, @Nullable Figures figures) {
        return (lastNumber, now) -> Publication.rejected(
                TrainingFinished.rejected(inputs.adapter(), inputs.lineage(), reason, figures, now));
    }

    /** Deletes all of an adapter's checkpoints. Call this after one of its runs has been published. */
    public void deleteCheckpoints(String adapter) throws IOException {
        distiller.deleteCheckpoints(adapter);
    }

    /** @return the settings of every run, as text */
    public String plan() {
        return distiller.plan();
    }

    /** A version that passed the quality gate, or a rejection. */
    private interface RunResult {
        Publication publication(int lastNumber, Instant now) throws IOException;
    }
}
