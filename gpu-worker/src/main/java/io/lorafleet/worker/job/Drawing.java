// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.TextToImage;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.messages.GenerateImage;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way through the engine.
 *
 * @param image that the pictures come from, or null
 * @param arrivedAt when it came to this worker
 * @param onStep hears of each step of each picture
 */
public record Drawing(
        GenerateImage request, @Nullable ImageToImage image, Instant arrivedAt, StopSignal stop, StepListener onStep) {

    /** @param index of the picture, from 0 */
    public TextToImage picture(int index) {
        return new TextToImage(
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
