// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.messages.generation.GenerateImage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the engine.
 *
 * @param initImage that the images come from, or null
 * @param arrivedAt when it came to this worker
 * @param onStep hears of each step of each image
 */
public record Job(
        GenerateImage request,
        @Nullable ImageToImage initImage,
        Instant arrivedAt,
        StopSignal stop,
        StepListener onStep) {

    /** @param index of the image, from 0 */
    public GenerationParameters parameters(int index) {
        return new GenerationParameters(
                request.prompt(),
                request.negativePrompt(),
                request.guidanceScale(),
                SamplerKind.valueOf(request.sampler().name()),
                request.steps(),
                request.width(),
                request.height(),
                request.seed() + index);
    }
}
