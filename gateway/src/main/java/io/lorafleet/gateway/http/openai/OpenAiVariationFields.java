// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.enums.SchemaType;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** Describes the form of a variation. {@code num_inference_steps} and the fields after it are extensions. */
@Schema(name = "OpenAiVariation")
record OpenAiVariationFields(
        @Schema(required = true, format = "binary", type = SchemaType.STRING, description = "One PNG or JPEG file.")
        String image,

        @Nullable String model,
        @Nullable Integer n,
        @Nullable String size,
        @JsonProperty("response_format") @Nullable String responseFormat,
        @JsonProperty("num_inference_steps") @Nullable Integer numInferenceSteps,
        @Nullable Long seed,

        @Schema(description = "Share of the steps to run. Default: 0.6.") @Nullable
        Double strength) {}
