// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import io.lorafleet.trainer.distill.RunInputs;
import io.lorafleet.trainer.distill.RunObserver;
import io.lorafleet.trainer.distill.Training;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import java.io.IOException;
import java.time.Clock;
import java.time.Instant;

/** Makes a run, and all of it that must be in the blob store before the fleet hears of it. */
public final class Publisher {
    private final Training training;
    private final BlobStore blobs;
    private final FeedbackArchive archive;
    private final VersionNumbers numbers;
    private final Clock clock;

    public Publisher(Training training, BlobStore blobs, FeedbackArchive archive, Clock clock) {
        this.training = training;
        this.blobs = blobs;
        this.archive = archive;
        this.numbers = new VersionNumbers(blobs);
        this.clock = clock;
    }

    /**
     * Does everything up to the transaction. If that does not come about, doing it all again comes to the same.
     *
     * @param lastNumber of the adapter's versions
     * @throws IOException if it could not be done now
     * @throws java.util.concurrent.CancellationException if the watch says so
     */
    public Publication prepare(RunInputs order, int lastNumber, RunObserver watch) throws IOException {
        Training.Result result = training.make(order, watch);
        watch.check();
        archive.keep(order.adapter(), order.lineage(), order.withdrawals(), order.samples());
        Instant now = clock.instant();
        if (result instanceof Training.Result.Trained trained) {
            AdapterVersion version = store(order, lastNumber, trained, now);
            return Publication.of(version, TrainingFinished.published(version, now));
        }
        Training.Result.Rejected rejected = (Training.Result.Rejected) result;
        return Publication.rejected(TrainingFinished.rejected(
                order.adapter(), order.lineage(), rejected.reason(), rejected.figures(), now));
    }

    private AdapterVersion store(RunInputs order, int lastNumber, Training.Result.Trained trained, Instant now)
            throws IOException {
        String sha256 = Sha256.of(trained.file());
        blobs.putIfAbsent(BlobKeys.adapter(sha256), trained.file());
        AdapterVersion parent = order.parent();
        return new AdapterVersion(
                order.adapter(),
                numbers.claim(order.adapter(), lastNumber + 1, sha256),
                sha256,
                trained.file().length,
                trained.rank(),
                parent.baseFingerprint(),
                parent.kind(),
                parent.guidance(),
                now,
                null,
                order.lineage(),
                trained.figures());
    }

    /** The run is finished, and nothing needs to be gone on from. */
    public void clear(String adapter) throws IOException {
        training.clear(adapter);
    }

    /** @return the settings that runs are made with, as text */
    public String plan() {
        return training.plan();
    }
}
