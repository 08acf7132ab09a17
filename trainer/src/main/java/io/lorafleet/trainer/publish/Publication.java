// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import java.util.Optional;

/**
 * What is to be published, all of it at once.
 *
 * @param event the end of a run; nothing if no run has ended
 * @param version that came of it
 * @param decision with the route that goes with it
 */
public record Publication(
        Optional<TrainingFinished> event, Optional<AdapterVersion> version, Optional<RouteDecided> decision) {

    static Publication of(AdapterVersion version, TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.of(version), Optional.empty());
    }

    static Publication rejected(TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.empty(), Optional.empty());
    }

    public static Publication of(RouteDecided decision) {
        return new Publication(Optional.empty(), Optional.empty(), Optional.of(decision));
    }

    public Publication with(Optional<RouteDecided> decided) {
        return new Publication(event, version, decided);
    }
}
