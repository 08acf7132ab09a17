// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import java.util.Optional;

/**
 * The records of one transaction.
 *
 * @param event end of a run
 * @param version version that the run produced
 * @param decision decision on a canary, with its route
 */
public record Publication(
        Optional<TrainingFinished> event, Optional<AdapterVersion> version, Optional<RouteDecided> decision) {

    public static Publication of(AdapterVersion version, TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.of(version), Optional.empty());
    }

    public static Publication rejected(TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.empty(), Optional.empty());
    }

    public static Publication of(RouteDecided decision) {
        return new Publication(Optional.empty(), Optional.empty(), Optional.of(decision));
    }

    public Publication with(Optional<RouteDecided> decided) {
        return new Publication(event, version, decided);
    }
}
