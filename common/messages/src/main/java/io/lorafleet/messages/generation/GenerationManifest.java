// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * The record of a successful generation in the blob store, beside its images. It answers for the generation after Kafka
 * has deleted its records.
 *
 * @param request generate command of the images. Its webhook is dropped, because the URL may contain a token and only
 *     the Kafka record needs it
 * @param result result with the images
 */
public record GenerationManifest(GenerateImage request, GenerationSucceeded result) {
    public GenerationManifest {
        Check.present("request", request);
        Check.present("result", result);
        request = request.withoutWebhook();
        if (!request.requestId().equals(result.requestId())) {
            throw new IllegalArgumentException(
                    "result.requestId: expected " + request.requestId() + ", found " + result.requestId());
        }
    }
}
