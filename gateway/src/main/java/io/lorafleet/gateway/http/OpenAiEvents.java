package io.lorafleet.gateway.http;

import com.fasterxml.jackson.annotation.JsonProperty;

/** OpenAI's events of a stream that draws a picture. */
final class OpenAiEvents {
    /** What this API has no choice of, as OpenAI names it. */
    private static final String NO_CHOICE = "auto";

    private static final String OPAQUE = "opaque";

    private OpenAiEvents() {}

    /**
     * What the picture is like so far.
     *
     * @param createdAt seconds since 1970
     * @param size WxH
     * @param index from 0
     */
    record PartialImage(
            String type,
            @JsonProperty("b64_json") String base64,
            @JsonProperty("created_at") long createdAt,
            String size,
            String quality,
            String background,
            @JsonProperty("output_format") String outputFormat,
            @JsonProperty("partial_image_index") int index) {
        static final String TYPE = "image_generation.partial_image";

        static PartialImage of(String base64, long createdAt, String size, ImageFormat format, int index) {
            return new PartialImage(TYPE, base64, createdAt, size, NO_CHOICE, OPAQUE, format.lowerCase(), index);
        }
    }

    /** The picture. @param createdAt seconds since 1970 @param size WxH */
    record Completed(
            String type,
            @JsonProperty("b64_json") String base64,
            @JsonProperty("created_at") long createdAt,
            String size,
            String quality,
            String background,
            @JsonProperty("output_format") String outputFormat,
            Usage usage) {
        static final String TYPE = "image_generation.completed";

        static Completed of(String base64, long createdAt, String size, ImageFormat format) {
            return new Completed(TYPE, base64, createdAt, size, NO_CHOICE, OPAQUE, format.lowerCase(), Usage.NONE);
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

    /** The end of a stream that brings no picture. */
    record Failed(String type, OpenAiError error) {
        static final String TYPE = "error";

        static Failed of(Problem problem) {
            return new Failed(TYPE, OpenAiError.of(problem));
        }
    }
}
