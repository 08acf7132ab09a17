// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generation request, before any checks. Only the prompt is required; null selects the default.
 *
 * @param model name of the base; null for the base of the adapters, or the default base
 * @param initImage a PNG or JPEG file in base64 or as a data: URL; null to start from noise
 * @param strength share of the steps to run if there is an init image
 * @param adapter {@code name} or {@code name@version}; short form for a single entry in {@code adapters}
 * @param guidanceScale the guidance scale; with a student, it sets the student's adapter scale: see {@link
 *     GuidanceSettings}
 * @param deadline an ISO 8601 time
 * @param longPrompt {@code chunks} or {@code truncate}: see {@link PromptEncodingField}
 * @param promptWeights whether brackets in the prompts are weights
 * @param clipSkip number of layers at the end of each text encoder that are not used
 * @param mask a PNG or JPEG file like the init image, whose white parts are repainted; null for the whole image
 * @param keepUnmasked whether the pixels outside the mask are those of the init image
 * @param sampling settings that few requests have; null for none
 * @param controls ControlNets; null for none
 */
public record GenerationRequest(
        @Nullable String model,
        @Nullable String prompt,
        @Nullable String negativePrompt,
        @Nullable String initImage,
        @Nullable Double strength,
        @Nullable String adapter,
        @Nullable Double adapterScale,
        @Nullable List<RequestedAdapter> adapters,
        @Nullable Double guidanceScale,
        @Nullable Integer steps,
        @Nullable String sampler,
        @Nullable Integer width,
        @Nullable Integer height,
        @Nullable Long seed,
        @Nullable Integer count,
        @Nullable String priority,
        @Nullable String deadline,
        @Nullable String webhook,
        @Nullable String longPrompt,
        @Nullable Boolean promptWeights,
        @Nullable Integer clipSkip,
        @Nullable String mask,
        @Nullable Boolean keepUnmasked,
        @Nullable RequestedSampling sampling,
        @Nullable List<@Nullable RequestedControl> controls) {

    /** @return a copy with other values */
    GenerationRequest with(
            @Nullable Double otherGuidanceScale,
            @Nullable Integer otherSteps,
            @Nullable String otherSampler,
            RequestedSampling otherSampling) {
        return new GenerationRequest(
                model,
                prompt,
                negativePrompt,
                initImage,
                strength,
                adapter,
                adapterScale,
                adapters,
                otherGuidanceScale,
                otherSteps,
                otherSampler,
                width,
                height,
                seed,
                count,
                priority,
                deadline,
                webhook,
                longPrompt,
                promptWeights,
                clipSkip,
                mask,
                keepUnmasked,
                otherSampling,
                controls);
    }
}
