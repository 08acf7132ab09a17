// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The priority of a request. */
public enum Priority {
    /** A user is waiting for the result. */
    @JsonProperty("interactive")
    INTERACTIVE(Topic.REQUESTS),
    /** In a worker, interactive requests take precedence over a batch request, but only for a limited time. */
    @JsonProperty("batch")
    BATCH(Topic.BATCH_REQUESTS);

    private final Topic topic;

    Priority(Topic topic) {
        this.topic = topic;
    }

    /**
     * @return the topic of requests with this priority. Each priority has its own topic, so that interactive requests
     *     do not wait behind batch requests
     */
    public Topic topic() {
        return topic;
    }
}
