// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.load;

import io.lorafleet.standalone.chaos.record.Recorder;
import io.lorafleet.standalone.history.TopicEvent.Ended;
import io.lorafleet.standalone.history.TopicEvent.Requested;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

/** A client that rates each generation with an adapter once, so that the trainers have feedback to train on. */
final class Critic {
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final List<GatewayCalls> gateways;
    private final Recorder recorder;
    private final Set<String> rated = new HashSet<>();

    Critic(List<GatewayCalls> gateways, Recorder recorder) {
        this.gateways = gateways;
        this.recorder = recorder;
    }

    /** Rates images until told to stop. A failed call is retried. */
    void run(BooleanSupplier stop) throws InterruptedException {
        while (!stop.getAsBoolean()) {
            Set<String> withAdapter = recorder.all(Requested.class).stream()
                    .filter(request -> !request.adapters().isEmpty())
                    .map(Requested::id)
                    .collect(Collectors.toSet());
            for (Ended end : recorder.all(Ended.class)) {
                if (withAdapter.contains(end.id()) && !end.images().isEmpty() && !rated.contains(end.id())) {
                    rate(end.id());
                }
            }
            Thread.sleep(PAUSE.toMillis());
        }
    }

    private void rate(String id) throws InterruptedException {
        for (GatewayCalls gateway : gateways) {
            if (gateway.post("/v1/generations/" + id + "/feedback", Map.of("rating", -1))
                            .status()
                    == 202) {
                rated.add(id);
                return;
            }
        }
    }
}
