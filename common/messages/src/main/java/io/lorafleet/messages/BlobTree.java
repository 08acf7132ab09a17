// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import java.util.Set;

/**
 * The subtrees of the blob store, and which services store, or delete, anything there. All of them may read everything.
 * What is nobody's to write, such as another folder beside these, no service writes.
 */
public enum BlobTree {
    INIT_IMAGES("init-images", Set.of(Writer.GATEWAY)),
    GENERATIONS("generations", Set.of(Writer.WORKER)),
    /** Uploads and trained versions, which share the numbers. */
    ADAPTERS("adapters", Set.of(Writer.GATEWAY, Writer.TRAINER)),
    FEEDBACK("feedback", Set.of(Writer.TRAINER)),
    TRAINING("training", Set.of(Writer.TRAINER));

    /** A service. */
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

    /** @return the first segment of its keys */
    public String folder() {
        return folder;
    }

    public Set<Writer> writers() {
        return writers;
    }

    /** @return how its keys begin */
    String prefix() {
        return folder + "/";
    }
}
