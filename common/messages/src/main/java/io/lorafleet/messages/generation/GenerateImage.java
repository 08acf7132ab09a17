// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.Embedding;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The command to generate images. It contains every value that determines the images, so a retry on another worker
 * produces the same images.
 *
 * <p>Readers ignore unknown fields. Therefore, {@link #SCHEMA_VERSION} must be raised for a new field, or a new meaning
 * of a field, that changes the images. A writer sets {@code schemaVersion} to the lowest version that describes the
 * command. A worker leaves a command to other workers if the command's version is higher than the worker's, if an enum
 * value is unknown, or if the command is for another base. The fields of {@link CommandHeader} never change.
 *
 * @param requestId id of the request, which is the key of this record and of all records and blobs that result from it
 * @param prompt description of the images; at most {@value #MAX_PROMPT_LENGTH} characters; may be empty
 * @param negativePrompt description of what the images must not show, with the same limits; ignored if the guidance
 *     scale is 1
 * @param initImage image from which the generation starts; null to start from noise
 * @param adapters adapters whose updates are added to the base; empty for the base alone
 * @param guidanceScale s in {@code eps = uncond + s (cond - uncond)}; at 1, a step needs one UNet evaluation instead of
 *     two
 * @param steps number of sampler steps, 1 to {@value #MAX_STEPS}; if there is an init image, its strength determines
 *     how many of the steps are run
 * @param sampler sampling algorithm
 * @param width width of the images, in pixels
 * @param height height of the images, in pixels
 * @param seed seed of the first image, an unsigned 32-bit number as in torch's CPU generator. Image k uses seed + k
 * @param count number of images, 1 to {@value #MAX_COUNT}
 * @param shadow student to measure on this request, or null
 * @param priority priority of the request
 * @param deadline time at which the request expires, or null
 * @param webhook URL to call when the request has finished, or null
 * @param owner owner of the request; null without authentication
 * @param orderSha256 SHA-256 of the client's generation request if the request had an idempotency key, otherwise null.
 *     The hash distinguishes a retry from a different request with the same key
 * @param acceptedAt time at which the gateway accepted the request
 * @param schemaVersion lowest version of this schema that describes the command; null for 1
 * @param baseFingerprint fingerprint of the base that must generate the images; null for any base
 * @param pool pool whose request topic contains the command; null for the default pool. The pool does not affect the
 *     images
 * @param promptEncoding how the prompts are encoded, since version 2; null for {@link PromptEncoding#DEFAULT}
 * @param sampling further settings of the sampling, since version 3; null for {@link SamplingOptions#DEFAULT}
 * @param controls ControlNets that steer the images, at most {@value #MAX_CONTROLS}, since version 3; null for none
 */
public record GenerateImage(
        String requestId,
        String prompt,
        String negativePrompt,
        @Nullable InitImage initImage,
        List<AppliedAdapter> adapters,
        double guidanceScale,
        int steps,
        SamplerName sampler,
        int width,
        int height,
        long seed,
        int count,
        @Nullable ShadowStudent shadow,
        Priority priority,
        @Nullable Instant deadline,
        @Nullable String webhook,
        @Nullable String owner,
        @Nullable String orderSha256,
        Instant acceptedAt,
        @Nullable Integer schemaVersion,
        @Nullable String baseFingerprint,
        @Nullable String pool,
        @Nullable PromptEncoding promptEncoding,
        @Nullable SamplingOptions sampling,
        @Nullable List<AppliedControlNet> controls) {

    /** The latest version of this schema. */
    public static final int SCHEMA_VERSION = 3;

    /** The version that added {@link AppliedAdapter#textEncoder} and {@link AppliedAdapter#triggerWord}. */
    static final int TEXT_ADAPTERS_VERSION = 3;

    /** The version that added {@code promptEncoding}. */
    static final int PROMPT_ENCODING_VERSION = 2;

    /** The version that added {@code initImage.mask}. */
    static final int MASK_VERSION = 3;
    /** The version that added {@code sampling}. */
    static final int SAMPLING_VERSION = 3;
    /** The version that added {@code controls}. */
    static final int CONTROLS_VERSION = 3;

    /**
     * Name of the record header that contains the request's webhook, in a format that only gateways read. Workers copy
     * the header to the result, so a gateway need not remember the request until it has finished.
     */
    public static final String WEBHOOK_HEADER = "webhook";

    public static final int MAX_PROMPT_LENGTH = 4000;
    public static final int MAX_OWNER_LENGTH = 512;
    public static final int MAX_WEBHOOK_LENGTH = 2000;
    public static final int MAX_STEPS = 1000;
    public static final int MAX_COUNT = 16;
    public static final int MIN_SIZE = 8;
    public static final int MAX_SIZE = 4096;
    public static final int MAX_ADAPTERS = 8;
    public static final int MAX_CONTROLS = 4;
    public static final double MAX_GUIDANCE_SCALE = 50;
    public static final double MAX_ADAPTER_SCALE = 8;
    /** Cost of an evaluation of a ControlNet, in UNet evaluations. A ControlNet has about half of the UNet's layers. */
    public static final double CONTROL_COST = 0.4;

    public static final long MAX_SEED = 0xFFFF_FFFFL;

    public GenerateImage {
        Check.id("requestId", requestId);
        Check.atMost("prompt", MAX_PROMPT_LENGTH, prompt);
        Check.atMost("negativePrompt", MAX_PROMPT_LENGTH, negativePrompt);
        adapters = List.copyOf(Check.present("adapters", adapters));
        Check.range("number of adapters", 0, MAX_ADAPTERS, adapters.size());
        Check.range("guidanceScale", 1, MAX_GUIDANCE_SCALE, guidanceScale);
        Check.range("steps", 1, MAX_STEPS, steps);
        if (initImage != null && InitImage.stepsMade(steps, initImage.strength()) == 0) {
            throw new IllegalArgumentException(
                    "initImage.strength * steps: expected at least 1, found " + initImage.strength() + " * " + steps);
        }
        Check.present("sampler", sampler);
        Check.range("width", MIN_SIZE, MAX_SIZE, width);
        Check.range("height", MIN_SIZE, MAX_SIZE, height);
        Check.range("count", 1, MAX_COUNT, count);
        Check.range("seed", 0, MAX_SEED, seed);
        Check.range("seed of the last image", 0, MAX_SEED, seed + count - 1);
        Check.present("priority", priority);
        if (webhook != null) {
            Check.atMost("webhook", MAX_WEBHOOK_LENGTH, webhook);
        }
        if (owner != null) {
            Check.atMost("owner", MAX_OWNER_LENGTH, owner);
        }
        if (orderSha256 != null) {
            Check.sha256("orderSha256", orderSha256);
        }
        Check.present("acceptedAt", acceptedAt);
        if (schemaVersion != null) {
            Check.range("schemaVersion", 1, SCHEMA_VERSION, schemaVersion);
        }
        if (baseFingerprint != null) {
            Check.sha256("baseFingerprint", baseFingerprint);
        }
        if (pool != null) {
            PoolName.require("pool", pool);
        }
        requireVersion("promptEncoding", promptEncoding, PROMPT_ENCODING_VERSION, schemaVersion);
        requireVersion("initImage.mask", initImage == null ? null : initImage.mask(), MASK_VERSION, schemaVersion);
        requireVersion("sampling", sampling, SAMPLING_VERSION, schemaVersion);
        requireVersion("controls", controls, CONTROLS_VERSION, schemaVersion);
        if (controls != null) {
            Check.range("number of controls", 1, MAX_CONTROLS, controls.size());
            controls = List.copyOf(controls);
        }
        boolean changesText = adapters.stream().anyMatch(AppliedAdapter::changesText)
                || (shadow != null && shadow.student().changesText());
        requireVersion("adapter.textEncoder", changesText ? true : null, TEXT_ADAPTERS_VERSION, schemaVersion);
        requireDifferentTriggerWords(adapters);
        if (sampling != null) {
            sampling.requireFit(sampler, steps);
            if (sampling.guidanceInterval() != null && (guidanceScale == 1 || shadow != null)) {
                throw new IllegalArgumentException(
                        "sampling.guidanceInterval: expected none without guidance or with a shadow, found "
                                + sampling.guidanceInterval());
            }
        }
    }

    private static void requireDifferentTriggerWords(List<AppliedAdapter> adapters) {
        Set<String> words = new HashSet<>();
        for (AppliedAdapter each : adapters) {
            if (each.triggerWord() != null && !words.add(Embedding.folded(each.triggerWord()))) {
                throw new IllegalArgumentException("adapters: expected embeddings with different trigger words, found "
                        + each.triggerWord() + " twice");
            }
        }
    }

    private static void requireVersion(
            String field, @Nullable Object value, int version, @Nullable Integer schemaVersion) {
        if (value != null && (schemaVersion == null || schemaVersion < version)) {
            throw new IllegalArgumentException("schemaVersion: expected at least " + version + " with " + field
                    + ", found " + (schemaVersion == null ? "none" : schemaVersion));
        }
    }

    /**
     * Starts a command whose optional values are the defaults of {@link GenerateImageBuilder}.
     *
     * @param requestId id of the request
     * @param acceptedAt time at which the gateway accepted the request
     */
    public static GenerateImageBuilder builder(String requestId, Instant acceptedAt) {
        return new GenerateImageBuilder(requestId, acceptedAt);
    }

    /** @return how the prompts are encoded */
    public PromptEncoding encoding() {
        return promptEncoding == null ? PromptEncoding.DEFAULT : promptEncoding;
    }

    /** @return further settings of the sampling */
    public SamplingOptions samplingOptions() {
        return sampling == null ? SamplingOptions.DEFAULT : sampling;
    }

    /** @return the ControlNets; empty for none */
    public List<AppliedControlNet> appliedControls() {
        return controls == null ? List.of() : controls;
    }

    /** @return a copy without the webhook */
    public GenerateImage withoutWebhook() {
        return webhook == null ? this : withWebhook(null);
    }

    /** @return a copy with another webhook */
    public GenerateImage withWebhook(@Nullable String url) {
        return new GenerateImageBuilder(this).webhook(url).build();
    }

    /** @return the name of the pool */
    public String poolName() {
        return PoolName.of(pool);
    }

    /** @return whether the deadline has passed at {@code now} */
    public boolean expired(Instant now) {
        return deadline != null && !now.isBefore(deadline);
    }

    /** @return whether guidance is on, which needs two UNet evaluations instead of one: with and without the prompt */
    public boolean guided() {
        return guidanceScale != 1;
    }

    /** @return the number of UNet rows that a step of an image needs in the guidance interval; outside of it, one row */
    public int rows() {
        return guided() ? 2 : 1;
    }

    private int stepsMade() {
        return initImage == null ? steps : InitImage.stepsMade(steps, initImage.strength());
    }

    /** @return the number of the sampler's model evaluations over all images; progress is counted in these steps */
    public int allSteps() {
        return sampler.evaluations(stepsMade()) * count;
    }

    /** @return the number of UNet evaluations that the whole request needs */
    public long unetEvaluations() {
        return allSteps() + (guided() ? (long) guidedPerImage() * count : 0);
    }

    /** @return the number of the sampler's model evaluations of an image with guidance */
    private int guidedPerImage() {
        return guidedBefore(sampler.evaluations(stepsMade()));
    }

    /** @return the number of model evaluations with guidance among the first evaluations of an image */
    private int guidedBefore(int evaluations) {
        int made = stepsMade();
        GuidanceInterval interval = samplingOptions().interval();
        int first = sampler.evaluationsBefore(interval.firstStep(made), made);
        int end = sampler.evaluationsBefore(interval.endStep(made), made);
        return Math.max(0, Math.min(end, evaluations) - first);
    }

    /** @return the number of evaluations of ControlNets that the whole request needs */
    public long controlEvaluations() {
        int evaluations = sampler.evaluations(stepsMade());
        long perImage = 0;
        for (AppliedControlNet control : appliedControls()) {
            int first = control.firstEvaluation(evaluations);
            int end = Math.max(first, control.endEvaluation(evaluations));
            perImage += end - first + (guided() ? guidedBefore(end) - guidedBefore(first) : 0);
        }
        return perImage * count;
    }

    /**
     * @return the whole request's cost: UNet evaluations times pixels per image. An evaluation of a ControlNet costs
     *     {@value #CONTROL_COST} UNet evaluations
     */
    public long cost() {
        return Math.round((unetEvaluations() + CONTROL_COST * controlEvaluations()) * width * height);
    }
}
