// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.training;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's latest training run, and the latest decisions about its route.
 *
 * @param started start of the run; null if no run is known
 * @param progress a sample of the run's progress events, ordered by step
 * @param finished result of the run; null while the run is in progress
 * @param decisions the latest decisions, oldest first
 */
public record AdapterTraining(
        String adapter,
        @Nullable TrainingStarted started,
        List<TrainingProgressed> progress,
        @Nullable TrainingFinished finished,
        List<RouteDecided> decisions) {
    private static final int DECISIONS = 20;

    public AdapterTraining {
        progress = List.copyOf(progress);
        decisions = List.copyOf(decisions);
    }

    static AdapterTraining unknown(String adapter) {
        return new AdapterTraining(adapter, null, List.of(), null, List.of());
    }

    /** Keeps the result if another trainer resumes the same run. */
    AdapterTraining with(TrainingStarted event) {
        return new AdapterTraining(adapter, event, progress, isOf(event.lineage()) ? finished : null, decisions);
    }

    AdapterTraining with(List<TrainingProgressed> points) {
        return new AdapterTraining(adapter, started, points, finished, decisions);
    }

    AdapterTraining with(TrainingFinished event) {
        return isOf(event.lineage()) ? new AdapterTraining(adapter, started, progress, event, decisions) : this;
    }

    AdapterTraining with(RouteDecided event) {
        List<RouteDecided> all = new ArrayList<>(decisions);
        all.add(event);
        int first = Math.max(0, all.size() - DECISIONS);
        return new AdapterTraining(adapter, started, progress, finished, all.subList(first, all.size()));
    }

    private boolean isOf(Lineage run) {
        return started != null && started.lineage().equals(run);
    }
}
