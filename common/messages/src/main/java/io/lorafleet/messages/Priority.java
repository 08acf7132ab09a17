// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/** How urgent a request is. */
public enum Priority {
    /** Somebody waits for it. */
    @JsonProperty("interactive")
    INTERACTIVE(Topic.REQUESTS),
    /** It may wait for interactive ones, but not for ever. */
    @JsonProperty("batch")
    BATCH(Topic.BATCH_REQUESTS);

    private final Topic topic;

    Priority(Topic topic) {
        this.topic = topic;
    }

    /** @return where such requests are written, so that those that can wait do not stand before those that cannot */
    public Topic topic() {
        return topic;
    }
}
