// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.generation.admission.GenerationRequest;
import io.lorafleet.gateway.generation.admission.RequestedAdapter;
import io.lorafleet.gateway.generation.admission.RequestedControl;
import io.lorafleet.gateway.generation.admission.RequestedSampling;
import io.lorafleet.messages.LongPrompt;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** The JSON body of a {@link GenerationRequest}. */
@Schema(name = "GenerationRequest", additionalProperties = Schema.False.class)
public record GenerationBody(
        @Schema(
                description = "Name of the base model. Default: the base model for which the adapters were made, or the"
                        + " fleet's default base model.")
        @Nullable
        String model,

        @Schema(required = true, description = "Text that describes the images.") @Nullable
        String prompt,

        @Schema(description = "Text that describes what the images must not show. Default: none.") @Nullable
        String negativePrompt,

        @Schema(
                description = "The image to start from: a PNG or JPEG file in base64, or a base64 data: URL."
                        + " Without width and height, the generated images have the size of the init image,"
                        + " rounded down to multiples that the model supports. Otherwise, the init image is resized.")
        @Nullable
        String initImage,

        @Schema(
                description = "With initImage, the share of the steps to run: greater than 0 and at most 1."
                        + " Lower values keep more of the init image. Default: 0.8, or 1 with mask.")
        @Nullable
        Double strength,

        @Schema(description = "NAME or NAME@VERSION. Short form of a single entry in adapters.") @Nullable
        String adapter,

        @Schema(description = "Scale of the adapter that the field adapter names. Default: 1.") @Nullable
        Double adapterScale,

        @Schema(description = "The adapters to combine: up to 8, of which at most one can be a student.") @Nullable
        List<Adapter> adapters,

        @Schema(
                minimum = "1",
                maximum = "50",
                description = "How closely the images follow the prompt. With a student, this sets the student's"
                        + " adapter scale. Default: 5, or the guidance scale at which the student was distilled.")
        @Nullable
        Double guidanceScale,

        @Schema(minimum = "1", description = "Sampler steps per image. Default: 20.") @Nullable
        Integer steps,

        @Schema(implementation = SamplerName.class, description = "Sampler. Default: set by the model.") @Nullable
        String sampler,

        @Schema(
                minimum = "1",
                description =
                        "Width in pixels: a multiple of the model's sizeMultiple. Default: the model's defaultSize.")
        @Nullable
        Integer width,

        @Schema(
                minimum = "1",
                description =
                        "Height in pixels: a multiple of the model's sizeMultiple. Default: the model's defaultSize.")
        @Nullable
        Integer height,

        @Schema(
                minimum = "0",
                maximum = "4294967295",
                description = "Seed of the first image; it increases by 1 for each additional image. Default: random.")
        @Nullable
        Long seed,

        @Schema(minimum = "1", description = "Number of images. Default: 1.") @Nullable
        Integer count,

        @Schema(
                implementation = Priority.class,
                description = "Images with priority interactive are generated before images with priority batch."
                        + " Default: interactive.")
        @Nullable
        String priority,

        @Schema(
                description = "The time at which the generation expires, in ISO 8601 format, such as"
                        + " 2026-01-02T03:04:05Z. Default: never.")
        @Nullable
        String deadline,

        @Schema(
                description =
                        "The URL that receives a signed POST request when the generation has finished. Default: none.")
        @Nullable
        String webhook,

        @Schema(
                implementation = LongPrompt.class,
                description = "What to do with a prompt that is too long for the text encoder (75 tokens for Stable"
                        + " Diffusion): chunks encodes it in parts, truncate cuts off its end. Default: chunks.")
        @Nullable
        String longPrompt,

        @Schema(
                description = "Whether to read weights in the prompts: (word), (word:1.3), [word]. A backslash before a"
                        + " bracket makes it part of the text. Default: false.")
        @Nullable
        Boolean promptWeights,

        @Schema(
                minimum = "0",
                maximum = "32",
                description = "Number of layers to skip at the end of each text encoder, counted as in diffusers."
                        + " Default: 0.")
        @Nullable
        Integer clipSkip,

        @Schema(
                description =
                        "With initImage, the part to repaint: a PNG or JPEG file like initImage, of the same size."
                                + " White is repainted and black is kept; colours are converted to gray, and white"
                                + " begins at 128 of 255. Required if the model is an inpainting model. Default: the"
                                + " whole image.")
        @Nullable
        String mask,

        @Schema(
                description = "With mask, whether to copy the pixels outside the mask from the init image. Otherwise,"
                        + " they pass through the autoencoder, which changes them slightly. Default: false.")
        @Nullable
        Boolean keepUnmasked,

        @Schema(
                minimum = "0",
                maximum = "1",
                description = "Share of the steps after which guidance starts. Each earlier step needs one UNet"
                        + " evaluation instead of two. Default: 0.")
        @Nullable
        Double guidanceStart,

        @Schema(
                minimum = "0",
                maximum = "1",
                description = "Share of the steps after which guidance ends. Each later step needs one UNet"
                        + " evaluation instead of two. Default: 1.")
        @Nullable
        Double guidanceEnd,

        @Schema(
                implementation = TimestepSpacing.class,
                description =
                        "Spacing of the timesteps, as in diffusers. Not allowed with the samplers dpmpp_2m_karras,"
                                + " lcm and tcd. Default: set by the model.")
        @Nullable
        String timestepSpacing,

        @Schema(
                description = "Timestep of each step, from 999 to 0, highest first. Only for the samplers euler,"
                        + " dpmpp_2m, dpmpp_3m_sde, heun, lcm and tcd. Default: the timesteps of the spacing.")
        @Nullable
        List<@Nullable Integer> timesteps,

        @Schema(
                description = "Noise level of each step, highest first, followed by 0. Only for the sampler euler."
                        + " Default: the noise levels of the timesteps.")
        @Nullable
        List<@Nullable Double> sigmas,

        @Schema(
                minimum = "0",
                maximum = "1",
                description = "Share of new noise in each step. Only for the sampler tcd. Default: 0.3.")
        @Nullable
        Double eta,

        @Schema(
                description = "The ControlNets that steer the images: up to 4, of those that GET /v1/bases lists for"
                        + " the base model. The first condition image also determines the default size, if there is no init"
                        + " image. Default: none.")
        @Nullable
        List<@Nullable Control> controls) {

    @Schema(name = "RequestedAdapter", description = "An adapter in a generation request.")
    public record Adapter(
            @Schema(description = "NAME@VERSION or NAME. If the version is omitted, the adapter's route selects it.")
            @Nullable
            String adapter,

            @Schema(description = "Scale of the adapter. Default: 1.") @Nullable
            Double scale) {

        static @Nullable RequestedAdapter requested(@Nullable Adapter body) {
            return body == null ? null : new RequestedAdapter(body.adapter, body.scale);
        }
    }

    @Schema(name = "RequestedControl", description = "A ControlNet in a generation request.")
    public record Control(
            @Schema(description = "Name of the ControlNet.") @Nullable
            String name,

            @Schema(
                    description =
                            "Condition image, such as a drawing of edges: a PNG or JPEG file like initImage. It is"
                                    + " resized to the size of the generated images.")
            @Nullable
            String image,

            @Schema(minimum = "0", maximum = "2", description = "Factor of the ControlNet's results. Default: 1.")
            @Nullable
            Double scale,

            @Schema(
                    minimum = "0",
                    maximum = "1",
                    description = "Share of the model evaluations before the ControlNet is first used. Default: 0.")
            @Nullable
            Double start,

            @Schema(
                    minimum = "0",
                    maximum = "1",
                    description = "Share of the model evaluations after which the ControlNet is no longer used, greater"
                            + " than start. Default: 1.")
            @Nullable
            Double end) {

        static @Nullable RequestedControl requested(@Nullable Control body) {
            return body == null ? null : new RequestedControl(body.name, body.image, body.scale, body.start, body.end);
        }
    }

    GenerationRequest request() {
        return new GenerationRequest(
                model,
                prompt,
                negativePrompt,
                initImage,
                strength,
                adapter,
                adapterScale,
                adapters == null
                        ? null
                        : adapters.stream().map(Adapter::requested).toList(),
                guidanceScale,
                steps,
                sampler,
                width,
                height,
                seed,
                count,
                priority,
                deadline,
                webhook,
                longPrompt,
                promptWeights,
                clipSkip,
                mask,
                keepUnmasked,
                new RequestedSampling(guidanceStart, guidanceEnd, timestepSpacing, timesteps, sigmas, eta),
                controls == null
                        ? null
                        : controls.stream().map(Control::requested).toList());
    }
}
