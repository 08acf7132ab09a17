// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.http.guard.Quota;
import io.lorafleet.gateway.http.guard.Quotas;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Streams the states of a generation, starting with the current one, until the generation has finished.
 *
 * <p>Slow clients do not block other clients: when its bounded buffer is full, a slow client gets only the newest
 * state.
 */
@Singleton
public final class GenerationStream {
    private static final int BUFFERED = 64;
    /** Shorter than the idle timeout of common proxies. Heartbeats also detect disconnected clients. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final GenerationTable table;
    private final Quota open;
    private final Duration heartbeat;

    @Inject
    GenerationStream(GenerationTable table, Quotas quotas) {
        this(table, quotas.eventStreams(), HEARTBEAT);
    }

    /** @param heartbeat longest time without a message */
    GenerationStream(GenerationTable table, Quota open, Duration heartbeat) {
        this.table = table;
        this.open = open;
        this.heartbeat = heartbeat;
    }

    /** @throws ProblemException if the quota for event streams is used up */
    public void requireRoom(@Nullable String owner) {
        open.requireRoom(owner, 1);
    }

    /**
     * @param owner the caller; null in open mode
     * @return the states, emitted on a thread that may block; empty values are heartbeats. The stream fails immediately
     *     if the quota for event streams is used up
     */
    public Multi<Optional<Generation>> of(String id, @Nullable String owner) {
        return Multi.createFrom()
                .<Optional<Generation>>emitter(stream -> start(id, owner, stream), BackPressureStrategy.LATEST)
                .emitOn(Infrastructure.getDefaultExecutor(), BUFFERED);
    }

    private void start(String id, @Nullable String owner, MultiEmitter<? super Optional<Generation>> stream) {
        open.take(owner, 1);
        Future<?> beating = Infrastructure.getDefaultWorkerPool()
                .scheduleAtFixedRate(
                        () -> stream.emit(Optional.empty()),
                        heartbeat.toMillis(),
                        heartbeat.toMillis(),
                        TimeUnit.MILLISECONDS);
        Runnable unfollow = table.follow(id, state -> {
            stream.emit(Optional.of(state));
            if (state.isFinished()) {
                stream.complete();
            }
        });
        stream.onTermination(() -> {
            unfollow.run();
            beating.cancel(false);
            open.giveBack(owner, 1);
        });
    }
}
