// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationManifest;

/** The keys of the blob store. */
public final class BlobKeys {
    private BlobKeys() {}

    /** @param sha256 SHA-256 of the safetensors file @return the key of an adapter's weights */
    public static String adapter(String sha256) {
        return BlobTree.ADAPTERS.prefix() + Check.sha256("sha256", sha256) + ".safetensors";
    }

    /**
     * @return the key of the claim to a version number; the claim is an {@link AdapterVersion} as JSON. The number goes
     *     to the first writer
     */
    public static String adapterNumber(String name, int version) {
        return BlobTree.ADAPTERS.prefix() + "numbers/" + Check.id("name", name) + "/" + version;
    }

    /**
     * @param sha256 SHA-256 of the blob
     * @return the key of the feedback consumed by a finished run: a JSON array of {@link FeedbackEvent}
     */
    public static String consumedFeedback(String adapter, Lineage lineage, String sha256) {
        return consumedFeedback(adapter) + lineage.partition() + "/" + lineage.fromOffset() + "-" + lineage.toOffset()
                + "-" + Check.sha256("sha256", sha256) + ".json";
    }

    /** @return the key prefix of an adapter's consumed feedback */
    public static String consumedFeedback(String adapter) {
        return BlobTree.FEEDBACK.prefix() + Check.id("adapter", adapter) + "/";
    }

    /** @return the key prefix of all blobs that belong to an adapter's unfinished runs */
    public static String training(String adapter) {
        return BlobTree.TRAINING.prefix() + Check.id("adapter", adapter) + "/";
    }

    /**
     * The key of an unfinished run's training checkpoint.
     *
     * @param run hash of all inputs that determine the run's result
     * @param number number of the checkpoint in the run, starting at 1
     */
    public static String checkpoint(String adapter, String run, int number) {
        return training(adapter) + Check.id("run", run) + "/checkpoint-" + number;
    }

    /** @param sha256 SHA-256 of the file @return the key of an init image */
    public static String initImage(String sha256) {
        return BlobTree.INIT_IMAGES.prefix() + Check.sha256("sha256", sha256);
    }

    /**
     * @return the blob key of a request with an idempotency key; the blob is a {@link GenerateImage} as JSON, without
     *     its webhook. The first writer determines the request
     */
    public static String request(String requestId) {
        return BlobTree.REQUESTS.prefix() + Check.id("requestId", requestId) + ".json";
    }

    /** @param index index of the image in the request, starting at 0 @return the key of a generated PNG */
    public static String image(String requestId, int index) {
        return generation(requestId) + index + ".png";
    }

    /**
     * @return the key of a finished request's {@link GenerationManifest}. If the blob exists, the request needs no
     *     further work
     */
    public static String manifest(String requestId) {
        return generation(requestId) + "manifest.json";
    }

    /**
     * @return the key of the blob that marks the start of an attempt during which the worker may run other requests
     */
    public static String sharedAttempt(String requestId) {
        return generation(requestId) + "attempt-shared";
    }

    /**
     * @param attempt number of the attempt, starting at 1
     * @return the key of the blob that marks the start of an attempt during which the worker runs no other request
     */
    public static String attempt(String requestId, int attempt) {
        return generation(requestId) + "attempt-" + attempt;
    }

    private static String generation(String requestId) {
        return BlobTree.GENERATIONS.prefix() + Check.id("requestId", requestId) + "/";
    }
}
