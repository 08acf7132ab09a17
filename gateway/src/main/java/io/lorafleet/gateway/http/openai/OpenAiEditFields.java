// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Describes the form of an edit. {@code negative_prompt} and the fields after it are extensions. */
@Schema(name = "OpenAiEdit")
record OpenAiEditFields(
        @Schema(
                required = true,
                format = "binary",
                type = SchemaType.STRING,
                description = "One PNG or JPEG file. The field can also be called image[].")
        String image,

        @Schema(
                format = "binary",
                type = SchemaType.STRING,
                description = "A PNG file of the same size, whose fully transparent part is repainted. Without it, the"
                        + " fully transparent part of the image is repainted.")
        @Nullable
        String mask,

        @Schema(required = true) String prompt,
        @Nullable String model,
        @Nullable Integer n,
        @Nullable String size,
        @JsonProperty("response_format") @Nullable String responseFormat,
        @JsonProperty("output_format") @Nullable String outputFormat,
        @JsonProperty("output_compression") @Nullable Integer outputCompression,
        @Nullable Boolean stream,
        @JsonProperty("partial_images") @Nullable Integer partialImages,
        @JsonProperty("negative_prompt") @Nullable String negativePrompt,
        @JsonProperty("num_inference_steps") @Nullable Integer numInferenceSteps,
        @JsonProperty("guidance_scale") @Nullable Double guidanceScale,
        @Nullable Long seed,

        @Schema(description = "Share of the steps to run. Default: 1 with a mask, otherwise 0.8.") @Nullable
        Double strength) {}
