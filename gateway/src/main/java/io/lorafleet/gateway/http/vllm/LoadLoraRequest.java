// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.vllm;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * vLLM's request to load an adapter, with {@code kind}, {@code guidance} and {@code textEncoder} as extensions. Other fields
 * are ignored.
 *
 * @param path path of the adapter on the gateway's disk
 * @param inPlace whether to add a version to an existing adapter
 * @param kind {@code style} (the default) or {@code student}
 * @param guidance the guidance scale at which a student was distilled
 * @param textEncoder {@code apply} (the default) or {@code ignore}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record LoadLoraRequest(
        @Schema(required = true, description = "Name of the adapter.") @JsonProperty("lora_name") @Nullable
        String name,

        @Schema(required = true, description = "Path of the adapter in the gateway's adapter directory.")
        @JsonProperty("lora_path")
        @Nullable
        String path,

        @Schema(description = "Whether to add a version to an existing adapter. Default: false.")
        @JsonProperty("load_inplace")
        @Nullable
        Boolean inPlace,

        @Schema(
                enumeration = {"style", "student"},
                description = "Kind of the adapter. Default: style.")
        @Nullable
        String kind,

        @Schema(description = "Guidance scale at which the student was distilled. Required for a student.") @Nullable
        Double guidance,

        @Schema(
                enumeration = {"apply", "ignore"},
                description = "What to do with the file's tensors for the text encoders. Default: apply.")
        @Nullable
        String textEncoder) {

    String kindOrStyle() {
        return kind == null ? "style" : kind;
    }

    String textEncoderOrApply() {
        return textEncoder == null ? "apply" : textEncoder;
    }
}
