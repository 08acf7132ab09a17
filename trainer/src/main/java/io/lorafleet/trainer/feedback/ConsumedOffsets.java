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

/** Which feedback of which adapter is consumed, and which runs have begun and not ended: a fold of what was published. */
public final class ConsumedOffsets {
    private final Map<Place, Long> consumed = new HashMap<>();
    private final Map<Place, Lineage> begun = new HashMap<>();

    private record Place(String adapter, int partition) {}

    public void apply(TrainingEvent event) {
        if (event instanceof TrainingStarted started) {
            begun(started.adapter(), started.lineage());
        } else if (event instanceof TrainingFinished finished) {
            consumed(finished.adapter(), finished.lineage());
        }
    }

    /** A trainer that lost the partition and does not know may say another stretch. The first one counts. */
    private void begun(String adapter, Lineage lineage) {
        if (lineage.fromOffset() == consumedTo(adapter, lineage.partition())) {
            begun.putIfAbsent(new Place(adapter, lineage.partition()), lineage);
        }
    }

    /** A version says what it was made from, too, and stays longer than the events. */
    public void apply(AdapterVersion version) {
        if (version.lineage() != null) {
            consumed(version.name(), version.lineage());
        }
    }

    private void consumed(String adapter, Lineage lineage) {
        Place place = new Place(adapter, lineage.partition());
        long to = consumed.merge(place, lineage.toOffset(), Math::max);
        begun.computeIfPresent(place, (key, open) -> open.fromOffset() < to ? null : open);
    }

    /** @return behind the last offset that a finished run has consumed; 0 if there was none */
    public long consumedTo(String adapter, int partition) {
        return consumed.getOrDefault(new Place(adapter, partition), 0L);
    }

    /** @return what the run that has begun there and not ended is made from */
    public Optional<Lineage> begun(String adapter, int partition) {
        return Optional.ofNullable(begun.get(new Place(adapter, partition)));
    }
}
