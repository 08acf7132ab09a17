// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds a {@link GenerateImage}. The prompt, the guidance scale, the steps, the sampler, the size and the seed are
 * required. By default, there is no negative prompt, no adapter, and one image, and the request is interactive. All
 * other values are null by default.
 *
 * <p>The schema version is the lowest one that describes the command.
 */
public final class GenerateImageBuilder {
    private static final long NO_SEED = -1;

    private final String requestId;
    private final Instant acceptedAt;
    private @Nullable String prompt;
    private String negativePrompt = "";
    private @Nullable InitImage initImage;
    private List<AppliedAdapter> adapters = List.of();
    private double guidanceScale;
    private int steps;
    private @Nullable SamplerName sampler;
    private int width;
    private int height;
    private long seed = NO_SEED;
    private int count = 1;
    private @Nullable ShadowStudent shadow;
    private Priority priority = Priority.INTERACTIVE;
    private @Nullable Instant deadline;
    private @Nullable String webhook;
    private @Nullable String owner;
    private @Nullable String orderSha256;
    private @Nullable Integer schemaVersion;
    private @Nullable String baseFingerprint;
    private @Nullable String pool;
    private @Nullable PromptEncoding promptEncoding;
    private @Nullable SamplingOptions sampling;
    private @Nullable List<AppliedControlNet> controls;

    GenerateImageBuilder(String requestId, Instant acceptedAt) {
        this.requestId = requestId;
        this.acceptedAt = acceptedAt;
    }

    GenerateImageBuilder(GenerateImage command) {
        requestId = command.requestId();
        prompt = command.prompt();
        negativePrompt = command.negativePrompt();
        initImage = command.initImage();
        adapters = command.adapters();
        guidanceScale = command.guidanceScale();
        steps = command.steps();
        sampler = command.sampler();
        width = command.width();
        height = command.height();
        seed = command.seed();
        count = command.count();
        shadow = command.shadow();
        priority = command.priority();
        deadline = command.deadline();
        webhook = command.webhook();
        owner = command.owner();
        orderSha256 = command.orderSha256();
        acceptedAt = command.acceptedAt();
        schemaVersion = command.schemaVersion();
        baseFingerprint = command.baseFingerprint();
        pool = command.pool();
        promptEncoding = command.promptEncoding();
        sampling = command.sampling();
        controls = command.controls();
    }

    public GenerateImageBuilder prompt(String value) {
        prompt = value;
        return this;
    }

    public GenerateImageBuilder negativePrompt(String value) {
        negativePrompt = value;
        return this;
    }

    public GenerateImageBuilder initImage(@Nullable InitImage value) {
        initImage = value;
        return value == null || value.mask() == null ? this : since(GenerateImage.MASK_VERSION);
    }

    public GenerateImageBuilder adapters(List<AppliedAdapter> value) {
        adapters = value;
        return value.stream().anyMatch(AppliedAdapter::changesText) ? since(GenerateImage.TEXT_ADAPTERS_VERSION) : this;
    }

    public GenerateImageBuilder guidanceScale(double value) {
        guidanceScale = value;
        return this;
    }

    public GenerateImageBuilder steps(int value) {
        steps = value;
        return this;
    }

    public GenerateImageBuilder sampler(SamplerName value) {
        sampler = value;
        return this;
    }

    public GenerateImageBuilder size(int newWidth, int newHeight) {
        width = newWidth;
        height = newHeight;
        return this;
    }

    public GenerateImageBuilder seed(long value) {
        seed = value;
        return this;
    }

    public GenerateImageBuilder count(int value) {
        count = value;
        return this;
    }

    public GenerateImageBuilder shadow(@Nullable ShadowStudent value) {
        shadow = value;
        return value != null && value.student().changesText() ? since(GenerateImage.TEXT_ADAPTERS_VERSION) : this;
    }

    public GenerateImageBuilder priority(Priority value) {
        priority = value;
        return this;
    }

    public GenerateImageBuilder deadline(@Nullable Instant value) {
        deadline = value;
        return this;
    }

    public GenerateImageBuilder webhook(@Nullable String value) {
        webhook = value;
        return this;
    }

    public GenerateImageBuilder owner(@Nullable String value) {
        owner = value;
        return this;
    }

    public GenerateImageBuilder orderSha256(@Nullable String value) {
        orderSha256 = value;
        return this;
    }

    public GenerateImageBuilder baseFingerprint(@Nullable String value) {
        baseFingerprint = value;
        return this;
    }

    public GenerateImageBuilder pool(@Nullable String value) {
        pool = value;
        return this;
    }

    public GenerateImageBuilder promptEncoding(@Nullable PromptEncoding value) {
        promptEncoding = value;
        return value == null ? this : since(GenerateImage.PROMPT_ENCODING_VERSION);
    }

    public GenerateImageBuilder sampling(@Nullable SamplingOptions value) {
        sampling = value;
        return value == null ? this : since(GenerateImage.SAMPLING_VERSION);
    }

    /** @param value ControlNets; empty for none */
    public GenerateImageBuilder controls(List<AppliedControlNet> value) {
        controls = value.isEmpty() ? null : value;
        return controls == null ? this : since(GenerateImage.CONTROLS_VERSION);
    }

    private GenerateImageBuilder since(int version) {
        schemaVersion = schemaVersion == null ? version : Math.max(schemaVersion, version);
        return this;
    }

    /**
     * @return the command
     * @throws IllegalArgumentException if a value is missing or outside of its limits
     */
    public GenerateImage build() {
        return new GenerateImage(
                requestId,
                Check.present("prompt", prompt),
                negativePrompt,
                initImage,
                adapters,
                guidanceScale,
                steps,
                Check.present("sampler", sampler),
                width,
                height,
                seed,
                count,
                shadow,
                priority,
                deadline,
                webhook,
                owner,
                orderSha256,
                acceptedAt,
                schemaVersion,
                baseFingerprint,
                pool,
                promptEncoding,
                sampling,
                controls);
    }
}
