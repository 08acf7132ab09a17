// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.http.StoredImages;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Converts finished generations to the web UI's responses. */
@Singleton
final class SdResults {
    private final StoredImages images;

    SdResults(StoredImages images) {
        this.images = images;
    }

    /**
     * @param task request
     * @param parameters JSON object of the request
     * @param succeeded result of the generation; of a generation that was interrupted, an empty list of images
     */
    Map<String, Object> of(SdTask task, JsonNode parameters, Generation generation, List<GeneratedImage> succeeded) {
        GenerateImage request = Objects.requireNonNull(generation.request(), "the request is known");
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put(
                "images",
                task.sendImages() ? succeeded.stream().map(this::base64).toList() : List.of());
        answer.put("parameters", parameters);
        answer.put("info", new String(Json.write(info(task, generation, request, succeeded)), StandardCharsets.UTF_8));
        return answer;
    }

    /** @return the images; none if the generation was cancelled, as the web UI's interruption does */
    static List<GeneratedImage> images(GenerationFinished finished) {
        return finished instanceof GenerationSucceeded succeeded ? succeeded.images() : List.of();
    }

    private static Map<String, Object> info(
            SdTask task, Generation generation, GenerateImage request, List<GeneratedImage> succeeded) {
        List<Long> seeds = succeeded.stream().map(GeneratedImage::seed).toList();
        List<String> prompts = new ArrayList<>();
        List<String> negatives = new ArrayList<>();
        List<String> texts = new ArrayList<>();
        for (GeneratedImage image : succeeded) {
            prompts.add(request.prompt());
            negatives.add(request.negativePrompt());
            texts.add(text(request, image.seed()));
        }
        Map<String, Object> info = new LinkedHashMap<>();
        info.put("prompt", request.prompt());
        info.put("all_prompts", prompts);
        info.put("negative_prompt", request.negativePrompt());
        info.put("all_negative_prompts", negatives);
        info.put("seed", request.seed());
        info.put("all_seeds", seeds);
        info.put("width", request.width());
        info.put("height", request.height());
        info.put("sampler_name", request.sampler().webUiName());
        info.put("cfg_scale", request.guidanceScale());
        info.put("steps", request.steps());
        info.put("batch_size", request.count());
        info.put("clip_skip", request.encoding().clipSkip() + 1);
        if (request.initImage() != null) {
            info.put("denoising_strength", request.initImage().strength());
        }
        info.put("infotexts", texts);
        info.put("interrupted", !(generation.finished() instanceof GenerationSucceeded));
        info.put("generation", generation.id());
        info.put("notes", task.notes());
        return info;
    }

    private static String text(GenerateImage request, long seed) {
        String negative =
                request.negativePrompt().isEmpty() ? "" : "Negative prompt: " + request.negativePrompt() + "\n";
        return request.prompt() + "\n" + negative + "Steps: " + request.steps() + ", Sampler: "
                + request.sampler().webUiName() + ", CFG scale: " + request.guidanceScale() + ", Seed: " + seed
                + ", Size: " + request.width() + "x" + request.height();
    }

    private String base64(GeneratedImage image) {
        try {
            byte[] png = images.png(image).orElseThrow(() -> new IOException("blob " + image.blob() + " is missing"));
            return Base64.getEncoder().encodeToString(png);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
