// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The workers, and the base model that they announce. */
@Singleton
public final class ModelDirectory {
    /** Any base, whatever it is called, to clients of OpenAI's API. */
    private static final String BASE = "base";

    private static final Comparator<KnownWorker> READY_THEN_NEWEST = Comparator.comparing(
                    (KnownWorker worker) -> worker.state() == KnownWorker.State.READY)
            .thenComparing(worker -> worker.status().at());

    private final Map<String, WorkerStatus> workers = new ConcurrentHashMap<>();
    private final Clock clock;

    public ModelDirectory(Clock clock) {
        this.clock = clock;
    }

    public void apply(WorkerStatus status) {
        workers.put(status.workerId(), status);
    }

    /** A worker that somebody cleared away will not come back. */
    public void forget(String workerId) {
        workers.remove(workerId);
    }

    /** @return every known worker, by id */
    public List<KnownWorker> workers() {
        Instant now = clock.instant();
        return workers.values().stream()
                .sorted(Comparator.comparing(WorkerStatus::workerId))
                .map(status -> KnownWorker.of(status, now))
                .toList();
    }

    /**
     * The model of the ready worker that spoke last. While none is ready, that of the last one there was: its
     * successors will hold the same, and orders can wait for them. Nothing if none ever announced it.
     */
    public Optional<BaseModel> current() {
        return workers().stream()
                .max(READY_THEN_NEWEST)
                .map(worker -> worker.status().model());
    }

    /** @return whether a client means the present model by that name; no adapter may have it */
    public boolean isBase(String name) {
        return name.equals(BASE)
                || current().filter(model -> model.name().equals(name)).isPresent();
    }
}
