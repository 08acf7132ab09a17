// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/** What a client of the gateways did and observed. */
public sealed interface ClientEvent extends HistoryEvent {
    /** The gateway that the client called, such as {@code gateway-1}. */
    String gateway();

    /** What the client knows about a request that it submitted. */
    enum Outcome {
        @JsonProperty("accepted")
        ACCEPTED,
        @JsonProperty("refused")
        REFUSED,
        /** The connection broke, so the client does not know whether the request was accepted. */
        @JsonProperty("unknown")
        UNKNOWN
    }

    /**
     * The end of a call that submits a generation.
     *
     * @param from time at which the call began
     * @param key idempotency key
     * @param id generation; null unless the gateway accepted the request
     * @param httpStatus status of the response; 0 if there was none
     * @param poison whether the request is meant to fail, or to harm a worker
     */
    record Submitted(
            long t,
            long from,
            String gateway,
            String key,
            @Nullable String id,
            Outcome outcome,
            int httpStatus,
            boolean poison)
            implements ClientEvent {}

    /**
     * A gateway's response to a query for a generation.
     *
     * @param status status of the generation, such as {@code succeeded}; {@code not-found} if the gateway does not know
     *     it
     * @param content SHA-256 of all fields that are final once the generation has ended; null before the end
     */
    record Observed(
            long t,
            String gateway,
            String id,
            String status,
            @Nullable String content) implements ClientEvent {
        public static final String NOT_FOUND = "not-found";

        /** @return whether the generation has ended */
        public boolean ended() {
            return content != null;
        }
    }

    /**
     * A downloaded image.
     *
     * @param httpStatus status of the response
     * @param sha256 SHA-256 of the bytes; null unless the status is 200
     */
    record Downloaded(
            long t,
            String gateway,
            String id,
            int index,
            int httpStatus,
            @Nullable String sha256) implements ClientEvent {}

    /** A call that cancels a generation. */
    record CancelAsked(long t, String gateway, String id, int httpStatus) implements ClientEvent {}
}
