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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The workers, and the base model that they announce. */
@Singleton
public final class ModelDirectory {
    /** An alias for the base in OpenAI's API, in addition to the base's own name. */
    private static final String BASE = "base";

    /** Default size of an unknown base: that of Stable Diffusion 1.5. */
    private static final int USUAL_SIZE = 512;

    private static final Comparator<KnownWorker> READY_THEN_NEWEST = Comparator.comparing(
                    (KnownWorker worker) -> worker.state() == KnownWorker.State.READY)
            .thenComparing(KnownWorker::lastSeen)
            .thenComparing(ModelDirectory::id);

    private final Map<String, Seen> workers = new ConcurrentHashMap<>();
    private final Clock clock;
    /** Model of the worker that was removed last; null if no worker has been removed. */
    private volatile @Nullable BaseModel last;

    public ModelDirectory(Clock clock) {
        this.clock = clock;
    }

    private record Seen(WorkerStatus status, Instant at) {}

    /** Applies a status that the gateway has just received. */
    public void apply(WorkerStatus status) {
        apply(status, clock.instant());
    }

    /** @param seenAt time at which the broker received the status */
    public void apply(WorkerStatus status, Instant seenAt) {
        workers.put(status.workerId(), new Seen(status, seenAt));
    }

    /** Removes a worker whose record was deleted. If it was the last worker, its model remains the current model. */
    public void forget(String workerId) {
        Seen removed = workers.remove(workerId);
        if (removed != null) {
            last = removed.status().model();
        }
    }

    /**
     * @return the ids of the workers that have sent no status since this time, except the worker whose model is the
     *     {@linkplain #current() current} one
     */
    public List<String> lostBefore(Instant time) {
        List<KnownWorker> all = workers();
        Optional<KnownWorker> newest = all.stream().max(READY_THEN_NEWEST);
        return all.stream()
                .filter(worker -> worker.lastSeen().isBefore(time) && !newest.equals(Optional.of(worker)))
                .map(ModelDirectory::id)
                .toList();
    }

    /** @return all known workers, ordered by id */
    public List<KnownWorker> workers() {
        return known().sorted(Comparator.comparing(ModelDirectory::id)).toList();
    }

    private Stream<KnownWorker> known() {
        Instant now = clock.instant();
        return workers.values().stream().map(seen -> KnownWorker.of(seen.status(), seen.at(), now));
    }

    private static String id(KnownWorker worker) {
        return worker.status().workerId();
    }

    /**
     * Returns the model of the ready worker with the newest status. If no worker is ready, returns the model of the
     * worker with the newest status, or of the worker that stopped last: its replacement will have the same model, and
     * requests can wait for it. Empty if no worker has announced a model yet.
     */
    public Optional<BaseModel> current() {
        return known().max(READY_THEN_NEWEST)
                .map(worker -> worker.status().model())
                .or(() -> Optional.ofNullable(last));
    }

    /**
     * @param cost UNet evaluations times pixels per image
     * @return the equivalent number of evaluations for images of the current base's default size
     */
    public double evaluations(long cost) {
        long side = current().map(BaseModel::defaultSize).orElse(USUAL_SIZE);
        return (double) cost / (side * side);
    }

    /** @return whether the name refers to the current base; no adapter can have such a name */
    public boolean isBase(String name) {
        return name.equals(BASE)
                || current().filter(model -> model.name().equals(name)).isPresent();
    }
}
