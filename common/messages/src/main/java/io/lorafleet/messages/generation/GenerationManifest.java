// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.SealedJson;

/**
 * The blob that contains the final result of a generation. Workers store the manifest before they publish the result.
 * If several workers process a request, the result in the first manifest is final. The manifest replaces the
 * generation's Kafka records once Kafka has deleted them.
 *
 * @param request generate command for the images, without its webhook, because the URL may contain a token and is
 *     needed only in the Kafka record
 * @param result result of the request; the images of a successful request are stored before the manifest
 */
public record GenerationManifest(GenerateImage request, GenerationFinished result) {
    record ResultOnly(GenerationFinished result) {
        ResultOnly {
            Check.present("result", result);
        }
    }

    /**
     * Reads only the result, because the request may have a newer schema version.
     *
     * @throws io.lorafleet.messages.InvalidMessageException if the bytes are damaged, or are not a manifest
     */
    public static GenerationFinished readResult(byte[] json) {
        return SealedJson.read(json, ResultOnly.class).result();
    }

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
