// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.lorafleet.messages.generation.GenerateImage;

/** The samplers that a request can name. JSON uses the lower-case names. */
public enum SamplerName {
    /** Denoising diffusion implicit models, eta 0 (Song et al. 2021). */
    @JsonProperty("ddim")
    DDIM,
    /** Euler's method on the probability-flow ODE (Karras et al. 2022). */
    @JsonProperty("euler")
    EULER,
    /** {@link #EULER} with the noise levels of Karras et al. */
    @JsonProperty("euler_karras")
    EULER_KARRAS,
    /** {@link #EULER} with new noise after each step. */
    @JsonProperty("euler_ancestral")
    EULER_ANCESTRAL,
    /** Second-order multistep DPM-Solver++ (Lu et al. 2022). */
    @JsonProperty("dpmpp_2m")
    DPMPP_2M,
    /** {@link #DPMPP_2M} with the noise levels of Karras et al. */
    @JsonProperty("dpmpp_2m_karras")
    DPMPP_2M_KARRAS,
    /** Third-order multistep DPM-Solver++ that adds noise in each step. */
    @JsonProperty("dpmpp_3m_sde")
    DPMPP_3M_SDE,
    /** DPM-Solver++ that adds noise and evaluates the model twice in each step. */
    @JsonProperty("dpmpp_sde")
    DPMPP_SDE,
    /** Heun's method, which evaluates the model twice in each step (Karras et al. 2022). */
    @JsonProperty("heun")
    HEUN,
    /** Second-order DEIS (Zhang and Chen 2023). */
    @JsonProperty("deis")
    DEIS,
    /** For latent consistency models (Luo et al. 2023). */
    @JsonProperty("lcm")
    LCM,
    /** For trajectory consistency models (Zheng et al. 2024). */
    @JsonProperty("tcd")
    TCD,
    /** Pseudo linear multistep (Liu et al. 2022). */
    @JsonProperty("pndm")
    PNDM,
    /** Second-order UniPC (Zhao et al. 2023). */
    @JsonProperty("unipc")
    UNIPC;

    /** The steps with which few-step models are distilled (diffusers: original_inference_steps). */
    private static final int DISTILLED_STEPS = 50;

    /** @return the name in AUTOMATIC1111's web UI, which has neither DEIS nor TCD */
    public String webUiName() {
        return switch (this) {
            case DDIM -> "DDIM";
            case EULER -> "Euler";
            case EULER_KARRAS -> "Euler Karras";
            case EULER_ANCESTRAL -> "Euler a";
            case DPMPP_2M -> "DPM++ 2M";
            case DPMPP_2M_KARRAS -> "DPM++ 2M Karras";
            case DPMPP_3M_SDE -> "DPM++ 3M SDE";
            case DPMPP_SDE -> "DPM++ SDE";
            case HEUN -> "Heun";
            case DEIS -> "DEIS";
            case LCM -> "LCM";
            case TCD -> "TCD";
            case PNDM -> "PLMS";
            case UNIPC -> "UniPC";
        };
    }

    /** @return the most steps without explicit timesteps; models can have a lower limit */
    public int maxSteps() {
        return switch (this) {
            case LCM, TCD -> DISTILLED_STEPS;
            default -> GenerateImage.MAX_STEPS;
        };
    }

    /** @return the number of model evaluations for {@code steps} steps */
    public int evaluations(int steps) {
        return evaluationsBefore(steps, steps);
    }

    /**
     * The model evaluations before a step. PNDM evaluates the model twice in its first step. Heun's method and
     * DPM-Solver++ SDE do so in each step except the last one.
     *
     * @param step index of a step, or the number of steps
     * @param steps number of steps
     */
    public int evaluationsBefore(int step, int steps) {
        return switch (this) {
            case PNDM -> step == 0 || steps == 1 ? step : step + 1;
            case HEUN, DPMPP_SDE -> step == steps ? 2 * step - 1 : 2 * step;
            default -> step;
        };
    }

    /** @return whether a spacing changes the timesteps */
    public boolean takesSpacing() {
        return switch (this) {
            case DPMPP_2M_KARRAS, LCM, TCD -> false;
            default -> true;
        };
    }

    /** @return whether a request can list the timesteps, as in diffusers */
    public boolean takesTimesteps() {
        return switch (this) {
            case EULER, DPMPP_2M, DPMPP_3M_SDE, HEUN, LCM, TCD -> true;
            default -> false;
        };
    }

    /** @return whether a request can list the noise levels, as in diffusers */
    public boolean takesSigmas() {
        return this == EULER;
    }

    /** @return whether a request can choose the share of new noise in each step */
    public boolean takesEta() {
        return this == TCD;
    }
}
