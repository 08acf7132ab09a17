// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/**
 * OpenAI's answer: the pictures, or where they are.
 *
 * @param created seconds since 1970
 */
record OpenAiImages(long created, List<Image> data) {
    record Image(@JsonProperty("b64_json") String base64, String url) {}
}
