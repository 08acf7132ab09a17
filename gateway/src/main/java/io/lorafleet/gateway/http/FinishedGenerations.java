// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Waits for generations, for APIs whose responses contain the images. */
@Singleton
public final class FinishedGenerations {
    private static final Logger LOG = Logger.getLogger(FinishedGenerations.class);

    private final Generations generations;
    private final GenerationStream streams;
    private final Duration timeout;

    FinishedGenerations(Generations generations, GenerationStream streams, GatewayConfig config) {
        this.generations = generations;
        this.streams = streams;
        this.timeout = config.openai().timeout();
    }

    /** @return the longest time to wait */
    public Duration timeout() {
        return timeout;
    }

    /**
     * @param owner the caller; null in open mode
     * @return the generation when it has finished; fails if this takes too long
     */
    public Uni<Generation> of(String id, @Nullable String owner) {
        return streams.of(id, owner)
                .filter(state -> state.filter(Generation::isFinished).isPresent())
                .toUni()
                .map(Optional::get)
                .ifNoItem()
                .after(timeout)
                .failWith(() -> late(id));
    }

    /** @return the problem of a generation that takes too long */
    public ProblemException late(String id) {
        return new ProblemException(
                ProblemType.TIMEOUT,
                "the images were not finished within " + timeout + "; they may still appear at "
                        + GenerationView.path(id));
    }

    /** Cancels a generation after its client has disconnected, because the client can no longer retrieve the images. */
    public void abandon(String id) {
        Infrastructure.getDefaultExecutor().execute(() -> {
            try {
                generations.cancel(id);
            } catch (NotPublishedException e) {
                LOG.warnf("Cannot cancel generation %s after its client has disconnected: %s", id, e.getMessage());
            }
        });
    }
}
