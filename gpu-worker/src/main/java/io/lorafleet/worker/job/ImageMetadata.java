// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.InitImage;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.SamplingOptions;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The text chunks of a PNG: {@code parameters} in the format of AUTOMATIC1111's web UI, which other tools read, and
 * {@code lorafleet} with the same values as JSON. Both depend only on the request and the model.
 */
final class ImageMetadata {
    private static final int SHORT_HASH = 12;

    /** The contents of the {@code lorafleet} chunk. */
    private record Settings(
            String prompt,
            String negativePrompt,
            @Nullable InitImage initImage,
            @Nullable List<AppliedAdapter> adapters,
            double guidanceScale,
            int steps,
            SamplerName sampler,
            int width,
            int height,
            long seed,
            String model,
            String modelFingerprint,
            PromptEncoding promptEncoding,
            @Nullable SamplingOptions sampling,
            @Nullable List<AppliedControlNet> controls,
            PromptTokens tokens) {}

    private ImageMetadata() {}

    /**
     * @param seed seed of this image
     * @param tokens token counts of the request's prompts
     * @return the texts by keyword
     */
    static Map<String, String> of(GenerateImage request, long seed, BaseModel model, PromptTokens tokens) {
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("parameters", parameters(request, seed, model));
        texts.put("lorafleet", new String(Json.write(settings(request, seed, model, tokens)), UTF_8));
        return texts;
    }

    private static String parameters(GenerateImage r, long seed, BaseModel model) {
        StringBuilder text = new StringBuilder(r.prompt()).append('\n');
        if (!r.negativePrompt().isEmpty()) {
            text.append("Negative prompt: ").append(r.negativePrompt()).append('\n');
        }
        text.append("Steps: ").append(r.steps());
        text.append(", Sampler: ").append(r.sampler().webUiName());
        text.append(", CFG scale: ").append(r.guidanceScale());
        SamplingOptions sampling = r.samplingOptions();
        if (sampling.guidanceInterval() != null) {
            text.append(", Guidance start: ").append(sampling.guidanceInterval().start());
            text.append(", Guidance end: ").append(sampling.guidanceInterval().end());
            text.append(", UNet evaluations: ").append(r.unetEvaluations() / r.count());
        }
        if (sampling.spacing() != null) {
            text.append(", Timestep spacing: ").append(sampling.spacing().name().toLowerCase(Locale.ROOT));
        }
        appendList(text, "Timesteps", sampling.timesteps());
        appendList(text, "Sigmas", sampling.sigmas());
        if (sampling.eta() != null) {
            text.append(", Eta: ").append(sampling.eta());
        }
        text.append(", Seed: ").append(seed);
        text.append(", Size: ").append(r.width()).append('x').append(r.height());
        if (r.initImage() != null) {
            text.append(", Denoising strength: ").append(r.initImage().strength());
            if (r.initImage().mask() != null) {
                text.append(", Mask hash: ").append(r.initImage().mask().sha256(), 0, SHORT_HASH);
            }
        }
        if (r.encoding().clipSkip() > 0) {
            text.append(", Clip skip: ").append(r.encoding().clipSkip() + 1); // the web UI counts from 1
        }
        text.append(", Model: ").append(model.name());
        text.append(", Model hash: ").append(model.fingerprint(), 0, SHORT_HASH);
        List<AppliedAdapter> loras =
                r.adapters().stream().filter(each -> each.triggerWord() == null).toList();
        if (!loras.isEmpty()) {
            text.append(", Lora: ").append(joined(loras, applied -> applied.adapter() + " x " + applied.scale()));
            text.append(", Lora hashes: \"")
                    .append(joined(loras, each -> hash(each.adapter().name(), each)))
                    .append('"');
        }
        List<AppliedAdapter> embeddings =
                r.adapters().stream().filter(each -> each.triggerWord() != null).toList();
        if (!embeddings.isEmpty()) {
            text.append(", Embeddings: ").append(joined(embeddings, AppliedAdapter::toString));
            text.append(", TI hashes: \"") // the web UI's name for embeddings: textual inversions
                    .append(joined(embeddings, each -> hash(String.valueOf(each.triggerWord()), each)))
                    .append('"');
        }
        List<AppliedControlNet> controls = r.appliedControls();
        for (int i = 0; i < controls.size(); i++) {
            text.append(", ControlNet ")
                    .append(i)
                    .append(": \"")
                    .append(control(controls.get(i)))
                    .append('"');
        }
        return text.toString();
    }

    /** The labels of the web UI's extension for ControlNets. Its module computes condition images. */
    private static String control(AppliedControlNet control) {
        return "Module: none, Model: " + control.controlNet().name()
                + " [" + control.controlNet().sha256().substring(0, SHORT_HASH) + "], Weight: " + control.scale()
                + ", Guidance Start: " + control.start() + ", Guidance End: " + control.end();
    }

    /** Quotes the values, because commas separate the settings. */
    private static void appendList(StringBuilder text, String label, @Nullable List<?> values) {
        if (values != null) {
            String list = values.stream().map(String::valueOf).collect(Collectors.joining(", "));
            text.append(", ").append(label).append(": \"").append(list).append('"');
        }
    }

    private static String joined(List<AppliedAdapter> adapters, Function<AppliedAdapter, String> text) {
        return adapters.stream().map(text).collect(Collectors.joining(", "));
    }

    private static String hash(String name, AppliedAdapter applied) {
        return name + ": " + applied.adapter().sha256().substring(0, SHORT_HASH);
    }

    private static Settings settings(GenerateImage r, long seed, BaseModel model, PromptTokens tokens) {
        return new Settings(
                r.prompt(),
                r.negativePrompt(),
                r.initImage(),
                r.adapters().isEmpty() ? null : r.adapters(),
                r.guidanceScale(),
                r.steps(),
                r.sampler(),
                r.width(),
                r.height(),
                seed,
                model.name(),
                model.fingerprint(),
                r.encoding(),
                r.sampling(),
                r.controls(),
                tokens);
    }
}
