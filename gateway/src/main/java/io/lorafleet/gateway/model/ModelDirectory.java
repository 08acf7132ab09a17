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
import org.jspecify.annotations.Nullable;

/** The workers, and the base model that they announce. */
@Singleton
public final class ModelDirectory {
    /** An alias for the base in OpenAI's API, in addition to the base's own name. */
    private static final String BASE = "base";

    private static final Comparator<KnownWorker> READY_THEN_NEWEST = Comparator.comparing(
                    (KnownWorker worker) -> worker.state() == KnownWorker.State.READY)
            .thenComparing(worker -> worker.status().at());

    private final Map<String, WorkerStatus> workers = new ConcurrentHashMap<>();
    private final Clock clock;
    /** Model of the worker that was removed last; null if no worker has been removed. */
    private volatile @Nullable BaseModel last;

    public ModelDirectory(Clock clock) {
        this.clock = clock;
    }

    public void apply(WorkerStatus status) {
        workers.put(status.workerId(), status);
    }

    /** Removes a worker whose record was deleted. If it was the last one, its model remains the current one. */
    public void forget(String workerId) {
        WorkerStatus removed = workers.remove(workerId);
        if (removed != null) {
            last = removed.model();
        }
    }

    /** @return all known workers, ordered by id */
    public List<KnownWorker> workers() {
        Instant now = clock.instant();
        return workers.values().stream()
                .sorted(Comparator.comparing(WorkerStatus::workerId))
                .map(status -> KnownWorker.of(status, now))
                .toList();
    }

    /**
     * Returns the model of the ready worker with the newest status. If no worker is ready, returns the model of the
     * worker with the newest status, or of the worker that stopped last, because its replacement will have the same
     * model, and requests can wait for the replacement. Empty if no worker has announced a model yet.
     */
    public Optional<BaseModel> current() {
        return workers().stream()
                .max(READY_THEN_NEWEST)
                .map(worker -> worker.status().model())
                .or(() -> Optional.ofNullable(last));
    }

    /** @return whether the name refers to the current base; no adapter can have such a name */
    public boolean isBase(String name) {
        return name.equals(BASE)
                || current().filter(model -> model.name().equals(name)).isPresent();
    }
}
