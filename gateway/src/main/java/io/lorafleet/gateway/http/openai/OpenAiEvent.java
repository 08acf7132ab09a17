// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.openai;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.gateway.http.ImageFormat;
import io.lorafleet.gateway.http.problem.OpenAiError;
import io.lorafleet.gateway.http.problem.Problem;
import org.jspecify.annotations.Nullable;

/** The events of OpenAI's image stream. */
sealed interface OpenAiEvent {
    /** @return the event name */
    String type();

    /**
     * The final image or a preview.
     *
     * @param createdAt creation time, in seconds since 1970
     * @param size size of the image, as {@code WxH}
     * @param index index of a preview, starting at 0; null for the final image
     * @param usage token counts for the final image; null for previews
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
        /** The value that events report for OpenAI's {@code quality} setting, which lorafleet ignores. */
        private static final String NO_CHOICE = "auto";

        private static final String OPAQUE = "opaque";

        static Image partial(boolean edits, String base64, long createdAt, String size, ImageFormat format, int index) {
            return of(kind(edits) + ".partial_image", base64, createdAt, size, format, index, null);
        }

        static Image completed(boolean edits, String base64, long createdAt, String size, ImageFormat format) {
            return of(kind(edits) + ".completed", base64, createdAt, size, format, null, Usage.NONE);
        }

        private static String kind(boolean edits) {
            return edits ? "image_edit" : "image_generation";
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

    /** The end of a stream that produced no image. */
    record Failed(String type, OpenAiError error) implements OpenAiEvent {
        static Failed of(Problem problem) {
            return new Failed("error", OpenAiError.of(problem));
        }
    }

    /** Token counts, which clients require. They are always zero, because there are no tokens. */
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
