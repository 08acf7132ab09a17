package io.lorafleet.gateway.http;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.gateway.generation.GenerationOrder;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * OpenAI's request for pictures, with extensions from {@code negative_prompt} on. What it has beyond that is ignored,
 * since clients send options of models that are not served here.
 *
 * @param size {@code WxH}, or {@code auto} or nothing for the model's own
 * @param responseFormat {@code url}, also if nothing is said, or {@code b64_json}
 * @see <a href="https://platform.openai.com/docs/api-reference/images/create">OpenAI's reference</a>
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record OpenAiRequest(
        String model,
        String prompt,
        Integer n,
        String size,
        @JsonProperty("response_format") String responseFormat,
        @JsonProperty("negative_prompt") String negativePrompt,
        @JsonProperty("num_inference_steps") Integer numInferenceSteps,
        @JsonProperty("guidance_scale") Double guidanceScale,
        Long seed) {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,5})x(\\d{1,5})");

    /** What a field of the order is called here. */
    private static final Map<String, String> NAMES = Map.of(
            "adapter", "model",
            "count", "n",
            "width", "size",
            "height", "size",
            "width * height", "size",
            "negativePrompt", "negative_prompt",
            "steps", "num_inference_steps",
            "guidanceScale", "guidance_scale");

    static String nameOf(String orderField) {
        return NAMES.getOrDefault(orderField, orderField);
    }

    boolean wantsBase64() {
        if (responseFormat == null || responseFormat.equals("url")) {
            return false;
        }
        if (responseFormat.equals("b64_json")) {
            return true;
        }
        throw new ProblemException(Problem.invalid("response_format", "url or b64_json", "another format"));
    }

    /** @param adapter what {@link #model} means, or null for the base model alone */
    GenerationOrder toOrder(String adapter) {
        Integer width = null;
        Integer height = null;
        if (size != null && !size.equals("auto")) {
            Matcher sides = SIZE.matcher(size);
            if (!sides.matches()) {
                throw new ProblemException(Problem.invalid("size", "WIDTHxHEIGHT in pixels, or auto", "another form"));
            }
            width = Integer.valueOf(sides.group(1));
            height = Integer.valueOf(sides.group(2));
        }
        return new GenerationOrder(
                prompt,
                negativePrompt,
                null,
                null,
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
                null);
    }
}
