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

/**
 * The consumed offsets of each adapter and partition, and the runs in progress, according to the published events.
 *
 * <p>An adapter has at most one run in progress. It can have feedback in several partitions after partitions have been
 * added. The runs in progress depend only on the events, not on the versions: all trainers read an adapter's events in
 * the same order, but not in the same order relative to its versions.
 */
public final class ConsumedOffsets {
    private final Map<AdapterPartition, Long> consumed = new HashMap<>();
    private final Map<AdapterPartition, Long> finished = new HashMap<>();
    private final Map<String, Lineage> inProgress = new HashMap<>();

    private record AdapterPartition(String adapter, int partition) {}

    /** Progress events and route decisions do not change offsets. */
    public void apply(TrainingEvent event) {
        if (event instanceof TrainingStarted started) {
            started(started.adapter(), started.lineage());
        } else if (event instanceof TrainingFinished end) {
            finished(end.adapter(), end.lineage());
        }
    }

    /**
     * More than one trainer may announce a run of the adapter: for example, a trainer that has lost its partition, or
     * the owner of another partition. Only the first announcement counts.
     */
    private void started(String adapter, Lineage lineage) {
        AdapterPartition key = new AdapterPartition(adapter, lineage.partition());
        if (lineage.fromOffset() >= finished.getOrDefault(key, 0L)) {
            inProgress.putIfAbsent(adapter, lineage);
        }
    }

    private void finished(String adapter, Lineage lineage) {
        long to = finished.merge(new AdapterPartition(adapter, lineage.partition()), lineage.toOffset(), Math::max);
        inProgress.computeIfPresent(
                adapter,
                (name, open) -> open.partition() == lineage.partition() && open.fromOffset() < to ? null : open);
        consumed(adapter, lineage);
    }

    /** Takes the consumed offsets from a version's lineage, because versions are retained longer than events. */
    public void apply(AdapterVersion version) {
        if (version.lineage() != null) {
            consumed(version.name(), version.lineage());
        }
    }

    private void consumed(String adapter, Lineage lineage) {
        consumed.merge(new AdapterPartition(adapter, lineage.partition()), lineage.toOffset(), Math::max);
    }

    /** @return the offset after the last record that a finished run consumed; 0 before the first run */
    public long consumedTo(String adapter, int partition) {
        return consumed.getOrDefault(new AdapterPartition(adapter, partition), 0L);
    }

    /** @return the lineage of the run in progress on this partition */
    public Optional<Lineage> inProgress(String adapter, int partition) {
        return inProgress(adapter).filter(run -> run.partition() == partition);
    }

    /**
     * @return whether a run of the adapter on another partition is in progress, so that no run may start on this one
     */
    public boolean isBusyElsewhere(String adapter, int partition) {
        return inProgress(adapter).filter(run -> run.partition() != partition).isPresent();
    }

    private Optional<Lineage> inProgress(String adapter) {
        return Optional.ofNullable(inProgress.get(adapter))
                .filter(run -> run.fromOffset() == consumedTo(adapter, run.partition()));
    }
}
