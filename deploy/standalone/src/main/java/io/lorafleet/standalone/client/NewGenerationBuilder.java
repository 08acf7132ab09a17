// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Builds a {@link NewGeneration}. Values that are not set are null. */
public final class NewGenerationBuilder {
    private final String prompt;
    private @Nullable String negativePrompt;
    private @Nullable String initImage;
    private @Nullable Double strength;
    private @Nullable List<ScaledAdapter> adapters;
    private @Nullable Double guidanceScale;
    private @Nullable Integer steps;
    private @Nullable SamplerName sampler;
    private @Nullable Integer width;
    private @Nullable Integer height;
    private @Nullable Long seed;
    private @Nullable Integer count;
    private @Nullable Priority priority;
    private @Nullable Instant deadline;
    private @Nullable String model;
    private @Nullable LongPrompt longPrompt;
    private @Nullable Boolean promptWeights;
    private @Nullable Integer clipSkip;
    private @Nullable String mask;
    private @Nullable Boolean keepUnmasked;
    private @Nullable NewSampling sampling;
    private @Nullable List<NewControl> controls;

    NewGenerationBuilder(String prompt) {
        this.prompt = prompt;
    }

    public NewGenerationBuilder negativePrompt(@Nullable String value) {
        negativePrompt = value;
        return this;
    }

    public NewGenerationBuilder initImage(@Nullable String value) {
        initImage = value;
        return this;
    }

    public NewGenerationBuilder strength(@Nullable Double value) {
        strength = value;
        return this;
    }

    public NewGenerationBuilder adapters(@Nullable List<ScaledAdapter> value) {
        adapters = value;
        return this;
    }

    public NewGenerationBuilder guidanceScale(@Nullable Double value) {
        guidanceScale = value;
        return this;
    }

    public NewGenerationBuilder steps(@Nullable Integer value) {
        steps = value;
        return this;
    }

    public NewGenerationBuilder sampler(@Nullable SamplerName value) {
        sampler = value;
        return this;
    }

    public NewGenerationBuilder size(@Nullable Integer newWidth, @Nullable Integer newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    public NewGenerationBuilder seed(@Nullable Long value) {
        seed = value;
        return this;
    }

    public NewGenerationBuilder count(@Nullable Integer value) {
        count = value;
        return this;
    }

    public NewGenerationBuilder priority(@Nullable Priority value) {
        priority = value;
        return this;
    }

    public NewGenerationBuilder deadline(@Nullable Instant value) {
        deadline = value;
        return this;
    }

    public NewGenerationBuilder model(@Nullable String value) {
        model = value;
        return this;
    }

    public NewGenerationBuilder longPrompt(@Nullable LongPrompt value) {
        longPrompt = value;
        return this;
    }

    public NewGenerationBuilder promptWeights(@Nullable Boolean value) {
        promptWeights = value;
        return this;
    }

    public NewGenerationBuilder clipSkip(@Nullable Integer value) {
        clipSkip = value;
        return this;
    }

    public NewGenerationBuilder mask(@Nullable String value) {
        mask = value;
        return this;
    }

    public NewGenerationBuilder keepUnmasked(@Nullable Boolean value) {
        keepUnmasked = value;
        return this;
    }

    public NewGenerationBuilder sampling(@Nullable NewSampling value) {
        sampling = value;
        return this;
    }

    public NewGenerationBuilder controls(@Nullable List<NewControl> value) {
        controls = value;
        return this;
    }

    public NewGeneration build() {
        return new NewGeneration(
                prompt,
                negativePrompt,
                initImage,
                strength,
                adapters,
                guidanceScale,
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                priority,
                deadline,
                model,
                longPrompt,
                promptWeights,
                clipSkip,
                mask,
                keepUnmasked,
                sampling,
                controls);
    }
}
