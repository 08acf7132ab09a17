// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.registry.AdapterEvent;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The records of one transaction.
 *
 * @param event end of a run
 * @param version version that the run produced
 * @param decision decision on a canary
 * @param adapters records for the topic {@code adapters}: the version, and the decision's route
 */
public record Publication(
        Optional<TrainingFinished> event,
        Optional<AdapterVersion> version,
        Optional<RouteDecided> decision,
        List<AdapterEvent> adapters) {

    public Publication {
        adapters = List.copyOf(adapters);
    }

    public static Publication of(AdapterEvent.Version version, TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.of(version.version()), Optional.empty(), List.of(version));
    }

    public static Publication rejected(TrainingFinished event) {
        return new Publication(Optional.of(event), Optional.empty(), Optional.empty(), List.of());
    }

    public static Publication of(RouteDecided decision) {
        return of(decision, route(decision));
    }

    /** @param route record to write instead of the decision's route */
    public static Publication of(RouteDecided decision, AdapterEvent route) {
        return new Publication(Optional.empty(), Optional.empty(), Optional.of(decision), List.of(route));
    }

    public Publication with(Optional<RouteDecided> decided) {
        Stream<AdapterEvent> route = decided.map(Publication::route).stream();
        return new Publication(
                event, version, decided, Stream.concat(adapters.stream(), route).toList());
    }

    private static AdapterEvent route(RouteDecided decision) {
        return AdapterEvent.of(Objects.requireNonNull(decision.route()));
    }
}
