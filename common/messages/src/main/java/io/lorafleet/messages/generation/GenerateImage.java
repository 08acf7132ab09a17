// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The command to draw images. Everything that decides the images is in here, so that a retry on another worker
 * makes the same ones.
 *
 * @param requestId key of the record, and of everything that follows from it
 * @param prompt what to draw; at most {@value #MAX_PROMPT_LENGTH} characters, may be empty
 * @param negativePrompt what guidance leads away from; not used at guidance scale 1
 * @param initImage what the images come from, or null if they come from nothing but noise
 * @param adapters that are added up on the base model; none for the base alone
 * @param guidanceScale s in {@code eps = uncond + s (cond - uncond)}; 1 means one UNet evaluation a step, not two
 * @param steps sampler steps, 1 to {@value #MAX_STEPS}; an init image's strength says how many of them are made
 * @param width in pixels
 * @param height in pixels
 * @param seed of the first image; image k of the request uses seed + k. Unsigned 32 bits, as torch's CPU generator
 * @param count images, 1 to {@value #MAX_COUNT}
 * @param shadow tried beside the request, or null
 * @param deadline after which nobody wants the images, or null
 * @param webhook URL that is told when the request is finished, or null
 * @param owner who ordered it; null where nobody has to say who he is
 * @param orderSha256 of the client's order, if it came with an idempotency key, by which another order with the same key
 *     is told from the same one again; else null
 * @param acceptedAt when the gateway took the request
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
        Instant acceptedAt) {

    public static final int MAX_PROMPT_LENGTH = 4000;
    public static final int MAX_OWNER_LENGTH = 512;
    public static final int MAX_WEBHOOK_LENGTH = 2000;
    public static final int MAX_STEPS = 1000;
    public static final int MAX_COUNT = 16;
    public static final int MIN_SIZE = 8;
    public static final int MAX_SIZE = 4096;
    public static final int MAX_ADAPTERS = 8;
    public static final double MAX_GUIDANCE_SCALE = 50;
    public static final double MAX_ADAPTER_SCALE = 8;
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
    }

    /** @return the same, but that nobody is told of its end */
    GenerateImage withoutWebhook() {
        return webhook == null
                ? this
                : new GenerateImage(
                        requestId,
                        prompt,
                        negativePrompt,
                        initImage,
                        adapters,
                        guidanceScale,
                        steps,
                        sampler,
                        width,
                        height,
                        seed,
                        count,
                        shadow,
                        priority,
                        deadline,
                        null,
                        owner,
                        orderSha256,
                        acceptedAt);
    }

    /** @return whether nobody wants the images any more */
    public boolean expired(Instant now) {
        return deadline != null && !now.isBefore(deadline);
    }

    /** @return UNet rows of one step of one image: two under guidance (with and without the prompt), else one */
    public int rows() {
        return guidanceScale == 1 ? 1 : 2;
    }

    /** @return times that the model is asked, over all images: what progress is counted in */
    public int allSteps() {
        int made = initImage == null ? steps : InitImage.stepsMade(steps, initImage.strength());
        return sampler.evaluations(made) * count;
    }

    /** @return UNet evaluations that the whole request costs */
    public long unetEvaluations() {
        return (long) rows() * allSteps();
    }

    /** @return how much work the whole request is, in pixels that UNet evaluations go over */
    public long cost() {
        return unetEvaluations() * width * height;
    }
}
