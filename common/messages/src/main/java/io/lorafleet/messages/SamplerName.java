package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

/** The samplers that a request can ask for. */
public enum SamplerName {
    /** Denoising diffusion implicit models, eta 0 (Song et al. 2021). */
    @JsonProperty("ddim")
    DDIM,
    /** Euler's method on the probability-flow ODE (Karras et al. 2022). */
    @JsonProperty("euler")
    EULER
}
