// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The body of {@code POST /v1/generations}. The gateway sets a default for each field that is null.
 *
 * @param initImage PNG or JPEG file in base64, or null
 * @param mask PNG or JPEG file in base64, or null
 * @param model name of the base model; null for the base of the adapters, or the default base
 */
public record NewGeneration(
        String prompt,
        @Nullable String negativePrompt,
        @Nullable String initImage,
        @Nullable Double strength,
        @Nullable List<ScaledAdapter> adapters,
        @Nullable Double guidanceScale,
        @Nullable Integer steps,
        @Nullable SamplerName sampler,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Long seed,
        @Nullable Integer count,
        @Nullable Priority priority,
        @Nullable Instant deadline,
        @Nullable String model,
        @Nullable LongPrompt longPrompt,
        @Nullable Boolean promptWeights,
        @Nullable Integer clipSkip,
        @Nullable String mask,
        @Nullable Boolean keepUnmasked,
        @JsonUnwrapped @Nullable NewSampling sampling,
        @Nullable List<NewControl> controls) {

    /** Starts a generation with the gateway's defaults. */
    public static NewGenerationBuilder of(String prompt) {
        return new NewGenerationBuilder(prompt);
    }
}
