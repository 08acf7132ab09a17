package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationTable;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.mutiny.subscription.BackPressureStrategy;
import io.smallrye.mutiny.subscription.MultiEmitter;
import jakarta.inject.Singleton;
import jakarta.ws.rs.sse.OutboundSseEvent;
import jakarta.ws.rs.sse.Sse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A generation as a stream of server-sent events: what it is, then what it becomes, until it is finished.
 *
 * <p>A client that reads slowly holds up nobody: beyond a bounded number of events, it gets only the newest.
 */
@Singleton
final class GenerationEvents {
    private static final int BUFFERED_EVENTS = 64;
    /** Shorter than the idle timeout of usual proxies; it is also how a client that left is noticed. */
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    private final GenerationTable table;
    private final AtomicInteger open = new AtomicInteger();

    GenerationEvents(GenerationTable table, MeterRegistry registry) {
        this.table = table;
        Gauge.builder("lorafleet.event.streams.open", open::get)
                .description("Clients that follow a generation")
                .register(registry);
    }

    Multi<OutboundSseEvent> of(String id, Sse sse) {
        return Multi.createFrom()
                .<OutboundSseEvent>emitter(stream -> start(id, sse, stream), BackPressureStrategy.LATEST)
                .emitOn(Infrastructure.getDefaultExecutor(), BUFFERED_EVENTS);
    }

    private void start(String id, Sse sse, MultiEmitter<? super OutboundSseEvent> stream) {
        open.incrementAndGet();
        Future<?> heartbeat = Infrastructure.getDefaultWorkerPool()
                .scheduleAtFixedRate(
                        () -> stream.emit(
                                sse.newEventBuilder().comment("still here").build()),
                        HEARTBEAT.toSeconds(),
                        HEARTBEAT.toSeconds(),
                        TimeUnit.SECONDS);
        Runnable unfollow = table.follow(id, state -> {
            stream.emit(event(state, sse));
            if (state.isFinished()) {
                stream.complete();
            }
        });
        stream.onTermination(() -> {
            unfollow.run();
            heartbeat.cancel(false);
            open.decrementAndGet();
        });
    }

    private static OutboundSseEvent event(Generation state, Sse sse) {
        if (state.isFinished()) {
            return event("finished", GenerationView.of(state), sse);
        }
        if (state.step() > 0) {
            return event("step", Map.of("step", state.step(), "steps", state.steps()), sse);
        }
        return state.workerId() == null
                ? event("queued", Map.of(), sse)
                : event("started", Map.of("workerId", state.workerId()), sse);
    }

    private static OutboundSseEvent event(String name, Object data, Sse sse) {
        return sse.newEventBuilder().name(name).data(data).build();
    }
}
