package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.CancelGeneration;
import io.lorafleet.messages.GenerateImage;
import io.lorafleet.storage.BlobStore;
import jakarta.inject.Singleton;
import java.util.Optional;

/** Takes orders, and stops what was ordered. */
@Singleton
public final class Generations {
    private final AdmissionRules rules;
    private final GenerationLog log;
    private final GenerationTable table;
    private final BlobStore blobs;
    private final GenerationMetrics metrics;

    Generations(
            AdmissionRules rules,
            GenerationLog log,
            GenerationTable table,
            BlobStore blobs,
            GenerationMetrics metrics) {
        this.rules = rules;
        this.log = log;
        this.table = table;
        this.blobs = blobs;
        this.metrics = metrics;
    }

    /**
     * Publishes the order if it is admitted.
     *
     * @throws NotPublishedException if it was admitted but the broker did not confirm it; it is not remembered then
     */
    public Admission submit(GenerationOrder order) {
        Admission admission = rules.admit(order);
        if (admission instanceof Admission.Admitted admitted) {
            if (admitted.initImage() != null) { // before the request that refers to it
                admitted.initImage().storeIn(blobs);
            }
            log.write(admitted.request());
            remember(admitted.request());
        }
        return admission;
    }

    /** @throws NotPublishedException if the broker did not confirm the command */
    public Cancellation cancel(String id) {
        Optional<Generation> generation = table.find(id);
        if (generation.isEmpty()) {
            return new Cancellation.Unknown();
        }
        if (generation.get().isFinished()) {
            return new Cancellation.AlreadyFinished(generation.get());
        }
        CancelGeneration command = new CancelGeneration(id);
        log.write(command);
        table.apply(command);
        return new Cancellation.Requested(table.find(id).orElse(generation.get()));
    }

    /** At once, and not when the record comes back, so that whoever got the id can ask for it. */
    private void remember(GenerateImage request) {
        table.apply(request);
        metrics.accepted();
        table.follow(request.requestId(), this::count);
    }

    private void count(Generation generation) {
        if (generation.isFinished()) {
            metrics.finished(generation.status());
        }
    }
}
