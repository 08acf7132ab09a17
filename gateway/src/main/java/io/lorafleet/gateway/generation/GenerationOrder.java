package io.lorafleet.gateway.generation;

import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * What a client asks for. Null leaves a choice to the gateway; only the prompt must be there.
 *
 * @param initImage base64 of a PNG or JPEG file, or a data: URL; null to begin with nothing but noise
 * @param strength share of the steps that are made over the init image
 * @param adapter {@code name} or {@code name@version}: short for {@code adapters} with one
 * @param guidanceScale with a student adapter, another way to set its dial: see {@link Dial}
 * @param deadline ISO 8601
 */
public record GenerationOrder(
        String prompt,
        String negativePrompt,

        @Schema(
                description = "Image to draw over: a PNG or JPEG file in base64, or as a data: URL with base64."
                        + " It gives width and height, cut down to what the model allows, if they are not set;"
                        + " else it is resized to them.")
        String initImage,

        @Schema(
                description = "With initImage: the share of the steps that are made, above 0 and at most 1."
                        + " The lower, the more of the image stays. Default: 0.8.")
        Double strength,

        @Schema(description = "Short for adapters with this one: NAME or NAME@VERSION.")
        String adapter,

        @Schema(description = "With adapter: factor on it. Default: 1.")
        Double adapterScale,

        @Schema(description = "Adapters that are added up on the base model: up to 8, at most one of them a student.")
        List<OrderedAdapter> adapters,

        Double guidanceScale,
        Integer steps,
        String sampler,
        Integer width,
        Integer height,
        Long seed,
        Integer count,

        @Schema(description = "interactive, or batch for what can wait. Default: interactive.")
        String priority,

        @Schema(
                description =
                        "When nobody wants the pictures any more: a time in ISO 8601, such as 2026-01-02T03:04:05Z.")
        String deadline,

        @Schema(description = "A URL that is told, by a signed POST, when the generation is finished.")
        String webhook) {}
