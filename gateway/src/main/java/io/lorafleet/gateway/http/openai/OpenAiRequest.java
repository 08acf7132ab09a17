// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.RequestedSampling;
import io.lorafleet.gateway.http.ImageFormat;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * OpenAI's request for images. {@code negative_prompt} and the fields after it are extensions. Unknown fields are
 * ignored, because clients also send options that are meant for other models.
 *
 * @param size {@code WxH}; {@code auto} or absent for the model's default
 * @param responseFormat {@code b64_json} (the default, as for OpenAI's newer models) or {@code url}; streams always use
 *     {@code b64_json}
 * @param outputFormat {@code png} (the default), {@code jpeg} or {@code webp}
 * @param outputCompression quality of JPEG and WebP files, from 0 to 100
 * @param stream whether to respond with events
 * @param partialImages maximum number of previews in a stream, from 0 to 3
 * @see <a href="https://platform.openai.com/docs/api-reference/images/create">OpenAI's reference</a>
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record OpenAiRequest(
        @Schema(
                description =
                        "A base model, or an adapter as NAME or NAME@VERSION. Default: the fleet's default base model.")
        @Nullable
        String model,

        @Schema(required = true, description = "Text that describes the images.") @Nullable
        String prompt,

        @Schema(minimum = "1", description = "Number of images. Default: 1.") @Nullable
        Integer n,

        @Schema(
                description = "WIDTHxHEIGHT in pixels, or auto for the model's default size. Default: auto.",
                examples = "64x64")
        @Nullable
        String size,

        @Schema(
                enumeration = {"b64_json", "url"},
                description =
                        "Whether the response contains the images or their URLs. Ignored if stream is true. Default:"
                                + " b64_json.")
        @JsonProperty("response_format")
        @Nullable
        String responseFormat,

        @Schema(
                enumeration = {"png", "jpeg", "webp"},
                description = "Format of the images. Default: png.")
        @JsonProperty("output_format")
        @Nullable
        String outputFormat,

        @Schema(minimum = "0", maximum = "100", description = "Quality of JPEG and WebP files. Default: 100.")
        @JsonProperty("output_compression")
        @Nullable
        Integer outputCompression,

        @Schema(description = "Whether to respond with server-sent events. Requires n to be 1. Default: false.")
        @Nullable
        Boolean stream,

        @Schema(minimum = "0", maximum = "3", description = "Maximum number of previews in a stream. Default: 0.")
        @JsonProperty("partial_images")
        @Nullable
        Integer partialImages,

        @Schema(description = "Text that describes what the images must not show. Default: none.")
        @JsonProperty("negative_prompt")
        @Nullable
        String negativePrompt,

        @Schema(minimum = "1", description = "Sampler steps per image. Default: 20.")
        @JsonProperty("num_inference_steps")
        @Nullable
        Integer numInferenceSteps,

        @Schema(
                minimum = "1",
                maximum = "50",
                description = "How closely the images follow the prompt. Default: 5, or the guidance scale at which the"
                        + " student was distilled.")
        @JsonProperty("guidance_scale")
        @Nullable
        Double guidanceScale,

        @Schema(minimum = "0", maximum = "4294967295", description = "Seed of the first image. Default: random.")
        @Nullable
        Long seed) {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");
    private static final int MOST_PARTIAL_IMAGES = 3;

    /** OpenAI's names for the fields of a generation request. */
    private static final Map<String, String> NAMES = Map.of(
            "adapter", "model",
            "initImage", "image",
            "strength * steps", "strength",
            "count", "n",
            "width", "size",
            "height", "size",
            "width * height", "size",
            "negativePrompt", "negative_prompt",
            "steps", "num_inference_steps",
            "guidanceScale", "guidance_scale");

    /** The values of response_format. */
    private enum ResponseFormat {
        URL,
        B64_JSON
    }

    static String nameOf(String field) {
        return NAMES.getOrDefault(field, field);
    }

    /** @throws ProblemException if a value is not supported */
    OpenAiDelivery delivery() {
        FieldChecks checks = new FieldChecks();
        ResponseFormat response =
                checks.oneOf("response_format", ResponseFormat.values(), responseFormat, ResponseFormat.B64_JSON);
        ImageFormat format = checks.oneOf("output_format", ImageFormat.values(), outputFormat, ImageFormat.PNG);
        int best = ImageFormat.LEAST_COMPRESSED;
        int quality = checks.whole("output_compression", 0, best, outputCompression, best);
        int previews = checks.whole("partial_images", 0, MOST_PARTIAL_IMAGES, partialImages, 0);
        boolean streams = Boolean.TRUE.equals(stream);
        if (streams && n != null && n > 1) {
            checks.refuse("n", "1 if stream is true", n);
        }
        ProblemException.throwIfAny(checks.badFields());
        return new OpenAiDelivery(response == ResponseFormat.B64_JSON, format, quality, streams, previews);
    }

    /**
     * @param base base named by {@link #model}; null for the base of the adapter, or the default base
     * @param adapter adapter named by {@link #model}; null for a base
     * @param edit image to edit; null to generate from the prompt alone
     */
    GenerationRequest toGenerationRequest(@Nullable String base, @Nullable String adapter, @Nullable OpenAiEdit edit) {
        String mask = edit == null ? null : edit.mask();
        Integer width = null;
        Integer height = null;
        if (size != null && !size.equals("auto")) {
            Matcher sides = SIZE.matcher(size);
            if (!sides.matches()) {
                throw new ProblemException(
                        Problem.invalid("size", "WIDTHxHEIGHT in pixels, or auto", "another format"));
            }
            width = Integer.valueOf(sides.group(1));
            height = Integer.valueOf(sides.group(2));
        }
        return new GenerationRequest(
                base,
                prompt,
                negativePrompt,
                edit == null ? null : edit.image(),
                edit == null ? null : edit.strength(),
                adapter,
                null,
                null,
                guidanceScale,
                numInferenceSteps,
                null,
                width,
                height,
                seed,
                n,
                null,
                null,
                null,
                null,
                null,
                null,
                mask,
                mask == null ? null : true, // OpenAI's API promises to change only the part under the mask
                RequestedSampling.NONE,
                null);
    }

    /** @return the same request with an empty prompt, for which guidance has no effect */
    OpenAiRequest withoutPrompt() {
        return new OpenAiRequest(
                model,
                "",
                n,
                size,
                responseFormat,
                outputFormat,
                outputCompression,
                stream,
                partialImages,
                null,
                numInferenceSteps,
                guidanceScale,
                seed);
    }
}
