// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.job;

import io.lorafleet.diffusion.GenerationParameters;
import io.lorafleet.diffusion.GuidanceInterval;
import io.lorafleet.diffusion.ImageToImage;
import io.lorafleet.diffusion.RgbImage;
import io.lorafleet.diffusion.sampler.NoiseSchedule.Spacing;
import io.lorafleet.diffusion.sampler.SamplerKind;
import io.lorafleet.diffusion.sampler.SamplerSettings;
import io.lorafleet.diffusion.text.EncodingOptions;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.SamplingOptions;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A generate command in a worker.
 *
 * @param request generate command
 * @param initImage image to start from; null to start from noise
 * @param conditions condition images of the request's ControlNets, in order
 * @param arrivedAt time of arrival in this worker
 * @param stop signal that ends the job early
 * @param onStep called after each step of each image
 */
public record Job(
        GenerateImage request,
        @Nullable ImageToImage initImage,
        List<RgbImage> conditions,
        Instant arrivedAt,
        StopSignal stop,
        StepListener onStep) {

    /**
     * @param index index of the image, starting at 0
     * @return the image's generation parameters
     */
    public GenerationParameters parameters(int index) {
        return new GenerationParameters(
                request.prompt(),
                request.negativePrompt(),
                request.guidanceScale(),
                SamplerKind.valueOf(request.sampler().name()),
                request.steps(),
                request.width(),
                request.height(),
                request.seed() + index,
                new EncodingOptions(
                        request.encoding().longPrompt() == LongPrompt.CHUNKS,
                        request.encoding().weights(),
                        request.encoding().clipSkip()),
                interval(request.samplingOptions()),
                settings(request.samplingOptions()));
    }

    private static GuidanceInterval interval(SamplingOptions sampling) {
        return sampling.guidanceInterval() == null
                ? GuidanceInterval.ALWAYS
                : new GuidanceInterval(
                        sampling.guidanceInterval().start(),
                        sampling.guidanceInterval().end());
    }

    private static SamplerSettings settings(SamplingOptions sampling) {
        return new SamplerSettings(
                sampling.spacing() == null
                        ? null
                        : Spacing.valueOf(sampling.spacing().name()),
                sampling.timesteps() == null ? List.of() : sampling.timesteps(),
                sampling.sigmas() == null ? List.of() : sampling.sigmas(),
                sampling.eta() == null ? SamplingOptions.DEFAULT_ETA : sampling.eta());
    }
}
