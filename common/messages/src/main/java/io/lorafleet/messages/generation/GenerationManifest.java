// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;

/**
 * What the blob store keeps of a generation that succeeded, beside its images: enough to answer for it when Kafka does not
 * have it any more.
 *
 * @param request what the images were drawn from, without its webhook: that may hold a token, and is told from Kafka
 */
public record GenerationManifest(GenerateImage request, GenerationSucceeded result) {
    public GenerationManifest {
        Check.present("request", request);
        Check.present("result", result);
        request = request.withoutWebhook();
        if (!request.requestId().equals(result.requestId())) {
            throw new IllegalArgumentException(
                    "result: expected that of " + request.requestId() + ", found that of " + result.requestId());
        }
    }
}
