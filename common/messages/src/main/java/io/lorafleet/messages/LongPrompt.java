// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to a prompt that has more tokens than the text encoder takes at once. JSON uses the lower-case names. */
public enum LongPrompt {
    /** Encodes the prompt in chunks, and concatenates their states. No word is lost. */
    @JsonProperty("chunks")
    CHUNKS,
    /** Cuts off the end of the prompt, as diffusers does. */
    @JsonProperty("truncate")
    TRUNCATE
}
