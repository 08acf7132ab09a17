// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import io.lorafleet.messages.feedback.FeedbackEvent;
import io.lorafleet.messages.generation.GenerationManifest;

/** Where things lie in the blob store, for whoever writes them and whoever reads them. */
public final class BlobKeys {
    private BlobKeys() {}

    /** Weights of an adapter, named by their content. */
    public static String adapter(String sha256) {
        return BlobTree.ADAPTERS.prefix() + Check.sha256("sha256", sha256) + ".safetensors";
    }

    /** Holds the number of an adapter version for whoever puts it there first. */
    public static String adapterNumber(String name, int version) {
        return BlobTree.ADAPTERS.prefix() + "numbers/" + Check.id("name", name) + "/" + version;
    }

    /** The feedback that a finished run has consumed: a JSON array of {@link FeedbackEvent}. */
    public static String consumedFeedback(String adapter, Lineage lineage) {
        return consumedFeedback(adapter, lineage.partition()) + lineage.fromOffset() + "-" + lineage.toOffset()
                + ".json";
    }

    /** How all of those of an adapter and a partition begin. */
    public static String consumedFeedback(String adapter, int partition) {
        return BlobTree.FEEDBACK.prefix() + Check.id("adapter", adapter) + "/" + partition + "/";
    }

    /** How the keys of all that an adapter's unfinished runs leave begin. */
    public static String training(String adapter) {
        return BlobTree.TRAINING.prefix() + Check.id("adapter", adapter) + "/";
    }

    /**
     * State of an unfinished run.
     *
     * @param run hash of all that decides what comes of it
     * @param number from 1, one more each time
     */
    public static String checkpoint(String adapter, String run, int number) {
        return training(adapter) + Check.id("run", run) + "/checkpoint-" + number;
    }

    /** An image that images come from, named by its content. */
    public static String initImage(String sha256) {
        return BlobTree.INIT_IMAGES.prefix() + Check.sha256("sha256", sha256);
    }

    /** Image {@code index} (from 0) of a request. */
    public static String image(String requestId, int index) {
        return generation(requestId) + index + ".png";
    }

    /** The {@link GenerationManifest} of a request that succeeded. Whoever finds it need not compute again. */
    public static String manifest(String requestId) {
        return generation(requestId) + "manifest.json";
    }

    /** Marks that a worker began a request for the n-th time (from 1). */
    public static String attempt(String requestId, int attempt) {
        return generation(requestId) + "attempt-" + attempt;
    }

    private static String generation(String requestId) {
        return BlobTree.GENERATIONS.prefix() + Check.id("requestId", requestId) + "/";
    }
}
