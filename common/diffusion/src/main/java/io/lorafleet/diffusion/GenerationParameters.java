// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion;

import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.sampler.SamplerSettings;
import io.lorafleet.diffusion.text.EncodingOptions;

/**
 * The parameters of one image, apart from the model and the adapters.
 *
 * @param prompt description of the image
 * @param negativePrompt description of what the image must not show; ignored if the guidance scale is 1
 * @param guidanceScale s in {@code eps = uncond + s (cond - uncond)}; at 1 only cond is evaluated
 * @param sampler sampling algorithm
 * @param steps number of sampler steps
 * @param width width of the image, in pixels
 * @param height height of the image, in pixels
 * @param seed seed of the noise, an unsigned 32-bit number
 * @param encoding how the prompts are encoded
 * @param guidanceInterval steps in which guidance is applied
 * @param samplerSettings spacing of the steps, and other settings of the sampler
 */
public record GenerationParameters(
        String prompt,
        String negativePrompt,
        double guidanceScale,
        SamplerKind sampler,
        int steps,
        int width,
        int height,
        long seed,
        EncodingOptions encoding,
        GuidanceInterval guidanceInterval,
        SamplerSettings samplerSettings) {

    /** Creates parameters with guidance in every step and the model's schedule. */
    public GenerationParameters(
            String prompt,
            String negativePrompt,
            double guidanceScale,
            SamplerKind sampler,
            int steps,
            int width,
            int height,
            long seed,
            EncodingOptions encoding) {
        this(
                prompt,
                negativePrompt,
                guidanceScale,
                sampler,
                steps,
                width,
                height,
                seed,
                encoding,
                GuidanceInterval.ALWAYS,
                SamplerSettings.DEFAULT);
    }

    /** Creates parameters with the default encoding of the prompts. */
    public GenerationParameters(
            String prompt,
            String negativePrompt,
            double guidanceScale,
            SamplerKind sampler,
            int steps,
            int width,
            int height,
            long seed) {
        this(prompt, negativePrompt, guidanceScale, sampler, steps, width, height, seed, EncodingOptions.DEFAULT);
    }

    /** @return whether guidance is on, which needs two UNet rows in each step of the guidance interval */
    public boolean guided() {
        return guidanceScale != 1;
    }
}
