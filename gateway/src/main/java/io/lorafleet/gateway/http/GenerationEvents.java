// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.state.Forecasts;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.messages.generation.Preview;
import io.smallrye.mutiny.Multi;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Converts the states of a generation to server-sent events. */
@Singleton
final class GenerationEvents {
    private final GenerationStream streams;
    private final Forecasts forecasts;

    GenerationEvents(GenerationStream streams, Forecasts forecasts) {
        this.streams = streams;
        this.forecasts = forecasts;
    }

    /** The fields of {@link GenerationView} that say when a queued generation is expected to finish. */
    private record QueuedView(
            @Nullable Integer queuePosition, @Nullable Long finishesInSeconds) {
        static QueuedView of(GenerationView view) {
            return new QueuedView(view.queuePosition(), view.finishesInSeconds());
        }
    }

    /** @param preview preview of the image to which the step belongs; absent for most steps */
    private record StepView(int step, int steps, @Nullable Preview preview) {}

    /** @throws ProblemException if the quota for event streams is used up */
    void requireRoom(@Nullable String owner) {
        streams.requireRoom(owner);
    }

    Multi<OutboundSseEvent> of(String id, @Nullable String owner, Sse sse) {
        return streams.of(id, owner)
                .map(state -> state.map(known -> event(known, sse))
                        .orElseGet(() ->
                                sse.newEventBuilder().comment("keep-alive").build()));
    }

    private OutboundSseEvent event(Generation state, Sse sse) {
        if (state.isFinished()) {
            return event("finished", GenerationView.of(state), sse);
        }
        if (state.progress() != null) {
            return event(
                    "step",
                    new StepView(state.step(), state.steps(), state.progress().preview()),
                    sse);
        }
        return state.workerId() == null
                ? event("queued", QueuedView.of(GenerationView.of(state, forecasts.of(state))), sse)
                : event("started", Map.of("workerId", state.workerId()), sse);
    }

    private static OutboundSseEvent event(String name, Object data, Sse sse) {
        return sse.newEventBuilder().name(name).data(data).build();
    }
}
