// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonProperty;

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
    /** For latent consistency models (Luo et al. 2023). */
    @JsonProperty("lcm")
    LCM,
    /** Pseudo linear multistep (Liu et al. 2022). */
    @JsonProperty("pndm")
    PNDM,
    /** Second-order UniPC (Zhao et al. 2023). */
    @JsonProperty("unipc")
    UNIPC;

    /** @return the number of sampler calls for {@code steps} steps. PNDM runs its second step twice */
    public int evaluations(int steps) {
        return this == PNDM && steps > 1 ? steps + 1 : steps;
    }
}
