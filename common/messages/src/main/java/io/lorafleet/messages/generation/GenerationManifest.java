// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * The record of a successful generation in the blob store, stored with its images. It replaces the generation's Kafka
 * records once Kafka has deleted them.
 *
 * @param request generate command for the images, without its webhook: the URL may contain a token, and only the Kafka
 *     record needs it
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
