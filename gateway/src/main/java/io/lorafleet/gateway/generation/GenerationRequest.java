// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for. Null leaves a choice to the gateway; only the prompt must be there.
 *
 * @param initImage base64 of a PNG or JPEG file, or a data: URL; null to begin with nothing but noise
 * @param strength share of the steps that are made over the init image
 * @param adapter {@code name} or {@code name@version}: short for {@code adapters} with one
 * @param guidanceScale with a student adapter, another way to set its dial: see {@link GuidanceSettings}
 * @param deadline ISO 8601
 */
@Schema(additionalProperties = Schema.False.class)
public record GenerationRequest(
        @Schema(required = true, description = "What to draw.") @Nullable
        String prompt,

        @Schema(description = "What guidance leads away from. Default: nothing.") @Nullable
        String negativePrompt,

        @Schema(
                description = "Image to draw over: a PNG or JPEG file in base64, or as a data: URL with base64."
                        + " It gives width and height, cut down to what the model allows, if they are not set;"
                        + " else it is resized to them.")
        @Nullable
        String initImage,

        @Schema(
                description = "With initImage: the share of the steps that are made, above 0 and at most 1."
                        + " The lower, the more of the image stays. Default: 0.8.")
        @Nullable
        Double strength,

        @Schema(description = "Short for adapters with this one: NAME or NAME@VERSION.") @Nullable
        String adapter,

        @Schema(description = "With adapter: factor on it. Default: 1.") @Nullable
        Double adapterScale,

        @Schema(description = "Adapters that are added up on the base model: up to 8, at most one of them a student.")
        @Nullable
        List<RequestedAdapter> adapters,

        @Schema(
                minimum = "1",
                maximum = "50",
                description = "How strongly the prompt guides. With a student, the dial between it and its teacher.")
        @Nullable
        Double guidanceScale,

        @Schema(minimum = "1", description = "Sampler steps of an image.") @Nullable
        Integer steps,

        @Schema(implementation = SamplerName.class, description = "Default: the model's own.") @Nullable
        String sampler,

        @Schema(minimum = "1", description = "Pixels, a multiple of what the model allows. Default: the model's own.")
        @Nullable
        Integer width,

        @Schema(minimum = "1", description = "Likewise.") @Nullable
        Integer height,

        @Schema(minimum = "0", maximum = "4294967295", description = "Of the first image; the next one has one more.")
        @Nullable
        Long seed,

        @Schema(minimum = "1", description = "Images.") @Nullable
        Integer count,

        @Schema(implementation = Priority.class, description = "batch is for what can wait. Default: interactive.")
        @Nullable
        String priority,

        @Schema(
                description =
                        "When nobody wants the images any more: a time in ISO 8601, such as 2026-01-02T03:04:05Z.")
        @Nullable
        String deadline,

        @Schema(description = "A URL that is told, by a signed POST, when the generation is finished.") @Nullable
        String webhook) {}
