// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;

/**
 * The body of {@code POST /v1/generations}. What is null is left to the gateway's defaults.
 *
 * @param initImage base64 of a PNG or JPEG file, or null
 */
record NewGeneration(
        String prompt,
        String negativePrompt,
        String initImage,
        Double strength,
        List<WantedAdapter> adapters,
        Double guidanceScale,
        Integer steps,
        SamplerName sampler,
        Integer width,
        Integer height,
        Long seed,
        Integer count,
        Priority priority,
        Instant deadline) {

    NewGeneration until(Instant newDeadline) {
        return new NewGeneration(
                prompt,
                negativePrompt,
                initImage,
                strength,
                adapters,
                guidanceScale,
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                priority,
                newDeadline);
    }
}
