package io.lorafleet.gateway.generation;

/**
 * What a client asks for. Null leaves a choice to the gateway; only the prompt must be there.
 *
 * @param adapter {@code name} or {@code name@version}; null for the base model alone
 * @param guidanceScale with a student adapter, another way to set its dial: see {@link Dial}
 */
public record GenerationOrder(
        String prompt,
        String negativePrompt,
        String adapter,
        Double adapterScale,
        Double guidanceScale,
        Integer steps,
        String sampler,
        Integer width,
        Integer height,
        Long seed,
        Integer count) {}
