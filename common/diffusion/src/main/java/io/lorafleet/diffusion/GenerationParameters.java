// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import io.lorafleet.diffusion.sampler.SamplerKind;

/**
 * What decides one image, beside the model and the adapter.
 *
 * @param guidanceScale s in {@code eps = uncond + s (cond - uncond)}; at 1 only cond is evaluated
 * @param width in pixels
 * @param height in pixels
 * @param seed unsigned 32 bits
 */
public record GenerationParameters(
        String prompt,
        String negativePrompt,
        double guidanceScale,
        SamplerKind sampler,
        int steps,
        int width,
        int height,
        long seed) {

    /** @return whether a step takes two UNet rows */
    public boolean guided() {
        return guidanceScale != 1;
    }
}
