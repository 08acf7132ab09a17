package io.lorafleet.standalone;

import io.lorafleet.messages.SamplerName;

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
        String adapter,
        Double adapterScale,
        Double guidanceScale,
        Integer steps,
        SamplerName sampler,
        Integer width,
        Integer height,
        Long seed,
        Integer count) {}
