package io.lorafleet.gateway.model;

import io.lorafleet.messages.WorkerStatus;
import io.lorafleet.messages.WorkerStatus.BaseModel;
import io.lorafleet.messages.WorkerStatus.State;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The base model, as the workers announce it. */
@Singleton
public final class ModelDirectory {
    private static final Comparator<WorkerStatus> READY_THEN_NEWEST = Comparator.comparing(
                    (WorkerStatus status) -> status.state() == State.READY)
            .thenComparing(WorkerStatus::at);

    private final Map<String, WorkerStatus> workers = new ConcurrentHashMap<>();

    public void apply(WorkerStatus status) {
        workers.put(status.workerId(), status);
    }

    /** @return the model of the newest ready worker, else of the newest known one; nothing if none ever announced it */
    public Optional<BaseModel> current() {
        return workers.values().stream().max(READY_THEN_NEWEST).map(WorkerStatus::model);
    }
}
