// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The image that a request edits.
 *
 * @param image PNG or JPEG file in base64
 * @param mask file in base64 that is white where the image is repainted; null for the whole image
 * @param strength share of the steps to run; null for the default
 */
record OpenAiEdit(
        String image, @Nullable String mask, @Nullable Double strength) {

    static OpenAiEdit of(byte[] image, byte @Nullable [] mask, @Nullable Double strength) {
        return new OpenAiEdit(base64(image), mask == null ? null : base64(mask), strength);
    }

    private static String base64(byte[] file) {
        return Base64.getEncoder().encodeToString(file);
    }
}
