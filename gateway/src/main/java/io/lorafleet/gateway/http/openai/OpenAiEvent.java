// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.gateway.http.ImageFormat;
import io.lorafleet.gateway.http.problem.OpenAiError;
import io.lorafleet.gateway.http.problem.Problem;
import org.jspecify.annotations.Nullable;

/** OpenAI's events of a stream that draws an image. */
sealed interface OpenAiEvent {
    /** @return its name */
    String type();

    /**
     * The image, or what it is like so far.
     *
     * @param createdAt seconds since 1970
     * @param size WxH
     * @param index from 0, of one that is not the last; null of the image itself
     * @param usage of the image itself; else null
     */
    record Image(
            String type,
            @JsonProperty("b64_json") String base64,
            @JsonProperty("created_at") long createdAt,
            String size,
            String quality,
            String background,
            @JsonProperty("output_format") String outputFormat,
            @JsonProperty("partial_image_index") @Nullable Integer index,
            @Nullable Usage usage)
            implements OpenAiEvent {
        /** What this API has no choice of, as OpenAI names it. */
        private static final String NO_CHOICE = "auto";

        private static final String OPAQUE = "opaque";

        static Image partial(String base64, long createdAt, String size, ImageFormat format, int index) {
            return of("image_generation.partial_image", base64, createdAt, size, format, index, null);
        }

        static Image completed(String base64, long createdAt, String size, ImageFormat format) {
            return of("image_generation.completed", base64, createdAt, size, format, null, Usage.NONE);
        }

        private static Image of(
                String type,
                String base64,
                long createdAt,
                String size,
                ImageFormat format,
                @Nullable Integer index,
                @Nullable Usage usage) {
            return new Image(type, base64, createdAt, size, NO_CHOICE, OPAQUE, format.lowerCase(), index, usage);
        }
    }

    /** The end of a stream that brings no image. */
    record Failed(String type, OpenAiError error) implements OpenAiEvent {
        static Failed of(Problem problem) {
            return new Failed("error", OpenAiError.of(problem));
        }
    }

    /** Nothing is counted in tokens here; clients expect the figures all the same. */
    record Usage(
            @JsonProperty("input_tokens") long input,
            @JsonProperty("input_tokens_details") Details inputDetails,
            @JsonProperty("output_tokens") long output,
            @JsonProperty("total_tokens") long total) {
        static final Usage NONE = new Usage(0, new Details(0, 0), 0, 0);

        record Details(
                @JsonProperty("image_tokens") long image,
                @JsonProperty("text_tokens") long text) {}
    }
}
