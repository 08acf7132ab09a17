// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.Lineage;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.messages.training.TrainingStarted;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** The consumed offsets of each adapter and partition, and the runs in progress, according to the published events. */
public final class ConsumedOffsets {
    private final Map<AdapterPartition, Long> consumed = new HashMap<>();
    private final Map<AdapterPartition, Lineage> inProgress = new HashMap<>();

    private record AdapterPartition(String adapter, int partition) {}

    /** Progress and decisions on routes do not change offsets. */
    public void apply(TrainingEvent event) {
        if (event instanceof TrainingStarted started) {
            started(started.adapter(), started.lineage());
        } else if (event instanceof TrainingFinished finished) {
            consumed(finished.adapter(), finished.lineage());
        }
    }

    /**
     * A trainer that lost its partition may announce a second offset range with the same start. Only the first range
     * counts.
     */
    private void started(String adapter, Lineage lineage) {
        if (lineage.fromOffset() == consumedTo(adapter, lineage.partition())) {
            inProgress.putIfAbsent(new AdapterPartition(adapter, lineage.partition()), lineage);
        }
    }

    /** A version also contains its lineage, and is retained longer than the events. */
    public void apply(AdapterVersion version) {
        if (version.lineage() != null) {
            consumed(version.name(), version.lineage());
        }
    }

    private void consumed(String adapter, Lineage lineage) {
        AdapterPartition key = new AdapterPartition(adapter, lineage.partition());
        long to = consumed.merge(key, lineage.toOffset(), Math::max);
        inProgress.computeIfPresent(key, (id, open) -> open.fromOffset() < to ? null : open);
    }

    /** @return the offset after the last record that a finished run consumed; 0 before the first run */
    public long consumedTo(String adapter, int partition) {
        return consumed.getOrDefault(new AdapterPartition(adapter, partition), 0L);
    }

    /** @return the lineage of the run in progress */
    public Optional<Lineage> inProgress(String adapter, int partition) {
        return Optional.ofNullable(inProgress.get(new AdapterPartition(adapter, partition)));
    }
}
