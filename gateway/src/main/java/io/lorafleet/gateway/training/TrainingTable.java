// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.training;

import io.lorafleet.messages.training.TrainingEvent;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Each adapter's latest training run: the fold of the {@code trainings} topic. */
@Singleton
public final class TrainingTable {
    private final Map<String, AdapterTraining> byAdapter = new TreeMap<>();

    public synchronized void apply(TrainingEvent event) {
        byAdapter.compute(
                event.adapter(),
                (name, before) -> changed(before == null ? AdapterTraining.unknown(name) : before, event));
    }

    private static AdapterTraining changed(AdapterTraining before, TrainingEvent event) {
        return event.match(before::with, before::with, before::with, before::with);
    }

    /** @return adapters with at least one run, ordered by name */
    public synchronized List<AdapterTraining> all() {
        return byAdapter.values().stream()
                .filter(training -> training.started() != null)
                .toList();
    }
}
