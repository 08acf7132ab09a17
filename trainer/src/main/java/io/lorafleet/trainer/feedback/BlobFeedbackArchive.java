package io.lorafleet.trainer.feedback;

import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.Json;
import io.lorafleet.storage.BlobStore;
import jakarta.inject.Singleton;
import java.io.IOException;

/** One blob for each sample, named by its id: a record that is delivered again finds itself there. */
@Singleton
final class BlobFeedbackArchive implements FeedbackArchive {
    private final BlobStore blobs;

    BlobFeedbackArchive(BlobStore blobs) {
        this.blobs = blobs;
    }

    @Override
    public boolean store(FeedbackGiven sample) throws IOException {
        return blobs.putIfAbsent(key(sample), Json.write(sample));
    }

    /** By adapter, because a trainer lists the samples of one. */
    static String key(FeedbackGiven sample) {
        return "feedback/" + sample.adapter().name() + "/" + sample.feedbackId() + ".json";
    }
}
