// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.training;

import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingProgressed;
import io.lorafleet.messages.training.TrainingStarted;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Each adapter's latest training run: the fold of the topics {@code trainings} and {@code training.progress}. */
@Singleton
public final class TrainingTable {
    private final Map<String, AdapterTraining> byAdapter = new TreeMap<>();
    private final Map<String, ProgressCurves> progress = new HashMap<>();

    public synchronized void apply(TrainingEvent event) {
        AdapterTraining before = byAdapter.getOrDefault(event.adapter(), AdapterTraining.unknown(event.adapter()));
        byAdapter.put(
                event.adapter(),
                event.match(before::with, step -> progressed(before, step), before::with, before::with));
    }

    private AdapterTraining progressed(AdapterTraining before, TrainingProgressed event) {
        progress.computeIfAbsent(event.adapter(), name -> new ProgressCurves()).apply(event);
        return before;
    }

    /** @return adapters with at least one run, ordered by name */
    public synchronized List<AdapterTraining> all() {
        return byAdapter.values().stream()
                .filter(training -> training.started() != null)
                .map(this::withProgress)
                .toList();
    }

    private AdapterTraining withProgress(AdapterTraining training) {
        TrainingStarted started = Objects.requireNonNull(training.started());
        ProgressCurves curves = progress.get(training.adapter());
        return curves == null ? training : training.with(curves.of(started.lineage()));
    }
}
