// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's response: the images or their URLs.
 *
 * @param created creation time, in seconds since 1970
 */
record OpenAiImages(long created, List<Image> data) {
    record Image(
            @JsonProperty("b64_json") @Nullable String base64,
            @Nullable String url) {}
}
