// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import java.util.Set;

/**
 * The subtrees of the blob store, and the services that store and delete blobs in each subtree. All services may read
 * all subtrees. No service writes outside these subtrees.
 */
public enum BlobTree {
    INIT_IMAGES("init-images", Set.of(Writer.GATEWAY)),
    REQUESTS("requests", Set.of(Writer.GATEWAY)),
    GENERATIONS("generations", Set.of(Writer.WORKER)),
    /** Uploaded and trained versions, which share one number sequence. */
    ADAPTERS("adapters", Set.of(Writer.GATEWAY, Writer.TRAINER)),
    FEEDBACK("feedback", Set.of(Writer.TRAINER)),
    TRAINING("training", Set.of(Writer.TRAINER));

    /** A service that writes blobs. */
    public enum Writer {
        GATEWAY,
        WORKER,
        TRAINER
    }

    private final String folder;
    private final Set<Writer> writers;

    BlobTree(String folder, Set<Writer> writers) {
        this.folder = folder;
        this.writers = writers;
    }

    /** @return the first segment of all keys in this subtree */
    public String folder() {
        return folder;
    }

    /** @return the services that store and delete blobs in this subtree */
    public Set<Writer> writers() {
        return writers;
    }

    /** @return the prefix of all keys in this subtree */
    String prefix() {
        return folder + "/";
    }
}
