// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.state.Forecast;
import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.generation.AppliedAdapter;
import io.lorafleet.messages.generation.AppliedControlNet;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFailed;
import io.lorafleet.messages.generation.GenerationSucceeded;
import io.lorafleet.messages.generation.GenerationSucceeded.GeneratedImage;
import io.lorafleet.messages.generation.GuidanceInterval;
import io.lorafleet.messages.generation.InitImageMask;
import io.lorafleet.messages.generation.PromptEncoding;
import io.lorafleet.messages.generation.PromptTokens;
import io.lorafleet.messages.generation.SamplingOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * A generation in the API.
 *
 * @param status queued, running, succeeded, failed, cancelled or expired
 * @param step number of completed steps, added up over all images
 * @param steps total number of steps for all images
 * @param cancelling true from the cancellation request until the result; absent otherwise
 * @param request all values that determine the images, including defaults
 * @param acceptedAt time of acceptance, by the clock of the gateway that accepted the request
 * @param startedAt start time, by the clock of the latest worker; absent until a worker starts the generation
 * @param finishedAt time at which the images were stored or the generation ended without images, by the worker's clock;
 *     absent before that time
 * @param elapsed time from the start of the attempt until the images were stored
 * @param tokens tokens of the prompts; absent until the generation has succeeded
 * @param queuePosition position in the queue of the pool, starting at 1; absent when a worker has started the
 *     generation
 * @param finishesInSeconds estimated number of seconds until the generation finishes; absent if it has finished, and if
 *     the gateway has not yet seen how fast the pool is
 */
@Schema(requiredProperties = {"id", "status", "step", "steps", "images"})
public record GenerationView(
        String id,

        @Schema(enumeration = {"queued", "running", "succeeded", "failed", "cancelled", "expired"})
        String status,

        @Schema(description = "Number of completed sampler steps for all images.")
        int step,

        @Schema(description = "Total number of sampler steps for all images.")
        int steps,

        @Schema(description = "True from the cancellation request until the generation has ended.") @Nullable
        Boolean cancelling,

        @Schema(description = "The request, with all values that determine the images, including defaults.") @Nullable
        RequestView request,

        @Schema(description = "The images of a generation that succeeded; otherwise empty.")
        List<ImageView> images,

        @Schema(description = "The reason why the generation failed.") @Nullable
        FailureView failure,

        @Schema(description = "Time of acceptance, by the clock of the gateway that accepted the request.") @Nullable
        Instant acceptedAt,

        @Schema(description = "Time of the latest start, by the worker's clock.") @Nullable
        Instant startedAt,

        @Schema(description = "Time at which the generation ended, by the worker's clock.") @Nullable
        Instant finishedAt,

        @Schema(description = "Time from the start until the images were stored.") @Nullable
        Duration elapsed,

        @Schema(description = "Number of UNet evaluations that the generation needed.") @Nullable
        Long unetEvaluations,

        @Schema(description = "Numbers of tokens of the prompts that were used and cut off.") @Nullable
        TokensView tokens,

        @Schema(description = "Position in the queue of the pool, starting at 1, until a worker starts the generation.")
        @Nullable
        Integer queuePosition,

        @Schema(description = "Estimated number of seconds until the generation ends.") @Nullable
        Long finishesInSeconds) {

    /**
     * @param initImage SHA-256 of the init image; null if absent
     * @param mask SHA-256 of the mask; null if absent
     * @param keepUnmasked null without a mask
     * @param pool name of the pool whose workers generate the images
     * @param longPrompt null if the prompts are so short that it makes no difference
     * @param guidanceStart null if guidance is applied in all steps or in none
     * @param guidanceEnd null if guidance is applied in all steps or in none
     * @param timestepSpacing null for the model's spacing
     * @param timesteps null for the timesteps of the spacing
     * @param sigmas null for the noise levels of the timesteps
     * @param eta null for the sampler's default
     * @param controls the ControlNets, in the order of the request
     */
    record RequestView(
            String prompt,
            String negativePrompt,
            @Nullable String initImage,
            @Nullable Double strength,
            List<AppliedAdapterView> adapters,
            double guidanceScale,
            int steps,
            SamplerName sampler,
            int width,
            int height,
            long seed,
            int count,
            Priority priority,
            @Nullable Instant deadline,
            String pool,
            @Nullable LongPrompt longPrompt,
            boolean promptWeights,
            int clipSkip,
            @Nullable String mask,
            @Nullable Boolean keepUnmasked,
            @Nullable Double guidanceStart,
            @Nullable Double guidanceEnd,
            @Nullable TimestepSpacing timestepSpacing,
            @Nullable List<Integer> timesteps,
            @Nullable List<Double> sigmas,
            @Nullable Double eta,
            List<AppliedControlNetView> controls) {

        static RequestView of(GenerateImage request) {
            SamplingOptions sampling = request.samplingOptions();
            GuidanceInterval interval = sampling.guidanceInterval();
            InitImageMask mask =
                    request.initImage() == null ? null : request.initImage().mask();
            return new RequestView(
                    request.prompt(),
                    request.negativePrompt(),
                    request.initImage() == null ? null : request.initImage().sha256(),
                    request.initImage() == null ? null : request.initImage().strength(),
                    request.adapters().stream().map(AppliedAdapterView::of).toList(),
                    request.guidanceScale(),
                    request.steps(),
                    request.sampler(),
                    request.width(),
                    request.height(),
                    request.seed(),
                    request.count(),
                    request.priority(),
                    request.deadline(),
                    request.poolName(),
                    canBeLong(request) ? request.encoding().longPrompt() : null,
                    request.encoding().weights(),
                    request.encoding().clipSkip(),
                    mask == null ? null : mask.sha256(),
                    mask == null ? null : mask.keepUnmasked(),
                    interval == null ? null : interval.start(),
                    interval == null ? null : interval.end(),
                    sampling.spacing(),
                    sampling.timesteps(),
                    sampling.sigmas(),
                    sampling.eta(),
                    request.appliedControls().stream()
                            .map(AppliedControlNetView::of)
                            .toList());
        }
    }

    private static boolean canBeLong(GenerateImage request) {
        return request.adapters().stream().anyMatch(each -> each.triggerWord() != null)
                || PromptEncoding.canBeLong(request.prompt())
                || PromptEncoding.canBeLong(request.negativePrompt());
    }

    /** @param triggerWord word in the prompts that an embedding's vectors replace; absent for other adapters */
    record AppliedAdapterView(
            String name,
            int version,
            String sha256,
            double scale,
            @Nullable String triggerWord) {
        static AppliedAdapterView of(AppliedAdapter applied) {
            return new AppliedAdapterView(
                    applied.adapter().name(),
                    applied.adapter().version(),
                    applied.adapter().sha256(),
                    applied.scale(),
                    applied.triggerWord());
        }
    }

    /**
     * @param sha256 SHA-256 of the ControlNet's files
     * @param image SHA-256 of the condition image
     */
    record AppliedControlNetView(String name, String sha256, String image, double scale, double start, double end) {
        static AppliedControlNetView of(AppliedControlNet applied) {
            return new AppliedControlNetView(
                    applied.controlNet().name(),
                    applied.controlNet().sha256(),
                    applied.image(),
                    applied.scale(),
                    applied.start(),
                    applied.end());
        }
    }

    /**
     * How many tokens of the prompts were used, and how many were cut off.
     *
     * @param negativePrompt null without guidance
     */
    record TokensView(CountView prompt, @Nullable CountView negativePrompt) {
        static TokensView of(PromptTokens tokens) {
            return new TokensView(
                    CountView.of(tokens.prompt()),
                    tokens.negativePrompt() == null ? null : CountView.of(tokens.negativePrompt()));
        }
    }

    record CountView(int used, int cut) {
        static CountView of(PromptTokens.Count count) {
            return new CountView(count.used(), count.cut());
        }
    }

    record ImageView(int index, long seed, String url) {
        static ImageView of(String id, GeneratedImage image) {
            return new ImageView(image.index(), image.seed(), path(id, image.index()));
        }
    }

    record FailureView(GenerationFailed.Reason reason, String detail) {}

    /** @return the view of a generation without a forecast, such as a finished one */
    static GenerationView of(Generation generation) {
        return of(generation, null);
    }

    /** @param place the expected end of the generation; null if there is no forecast */
    static GenerationView of(Generation generation, Forecast.@Nullable Place place) {
        GenerationSucceeded succeeded = generation.finished() instanceof GenerationSucceeded event ? event : null;
        GenerationFailed failed = generation.finished() instanceof GenerationFailed event ? event : null;
        return new GenerationView(
                generation.id(),
                generation.status().name().toLowerCase(Locale.ROOT),
                generation.step(),
                generation.steps(),
                generation.cancelling() && !generation.isFinished() ? true : null,
                generation.request() == null ? null : RequestView.of(generation.request()),
                succeeded == null
                        ? List.of()
                        : succeeded.images().stream()
                                .map(image -> ImageView.of(generation.id(), image))
                                .toList(),
                failed == null ? null : new FailureView(failed.reason(), failed.detail()),
                generation.request() == null ? null : generation.request().acceptedAt(),
                generation.startedAt(),
                generation.isFinished() ? generation.finishedAt() : null,
                succeeded == null ? null : succeeded.elapsed(),
                succeeded == null ? null : succeeded.unetEvaluations(),
                succeeded == null || succeeded.tokens() == null ? null : TokensView.of(succeeded.tokens()),
                place == null ? null : place.position(),
                place == null || place.finishesIn() == null
                        ? null
                        : (place.finishesIn().toMillis() + 999) / 1000);
    }

    /** @return path of the generation */
    public static String path(String id) {
        return GenerationResource.PATH + "/" + id;
    }

    /** @return path of an image */
    public static String path(String id, int index) {
        return path(id) + "/images/" + index;
    }
}
