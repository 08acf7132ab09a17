// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.sampler;

import io.lorafleet.diffusion.sampler.NoiseSchedule.Spacing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a sampler besides its number of steps, as in diffusers' {@code timestep_spacing} and
 * {@code set_timesteps(timesteps=..., sigmas=...)}. {@link SamplerKind} says which samplers take them.
 *
 * @param spacing spacing of the timesteps; null for the spacing in the model's folder
 * @param timesteps timestep of each step, highest first; empty for a schedule with the spacing
 * @param sigmas noise level of each step in the variance-exploding scale, highest first, and a final 0; empty for the
 *     noise levels of the timesteps
 * @param eta share of new noise in each step, 0 to 1; only {@link SamplerKind#TCD} uses it
 */
public record SamplerSettings(@Nullable Spacing spacing, List<Integer> timesteps, List<Double> sigmas, double eta) {
    /** diffusers' default in TCDScheduler.step. */
    public static final double DEFAULT_ETA = 0.3;

    /** The schedule of the model's folder. */
    public static final SamplerSettings DEFAULT = new SamplerSettings(null, List.of(), List.of(), DEFAULT_ETA);

    public SamplerSettings {
        timesteps = List.copyOf(timesteps);
        sigmas = List.copyOf(sigmas);
        if (!timesteps.isEmpty() && !sigmas.isEmpty()) {
            throw new IllegalArgumentException("sigmas: expected none with timesteps, found " + sigmas);
        }
        // Negated so that NaN is also rejected.
        if (!(eta >= 0 && eta <= 1)) {
            throw new IllegalArgumentException("eta: expected 0 to 1, found " + eta);
        }
    }

    /** @return settings with these timesteps */
    public static SamplerSettings ofTimesteps(List<Integer> timesteps) {
        return new SamplerSettings(null, timesteps, List.of(), DEFAULT_ETA);
    }

    /** @return settings with these noise levels */
    public static SamplerSettings ofSigmas(List<Double> sigmas) {
        return new SamplerSettings(null, List.of(), sigmas, DEFAULT_ETA);
    }

    /** @return settings with this spacing */
    public static SamplerSettings ofSpacing(Spacing spacing) {
        return new SamplerSettings(spacing, List.of(), List.of(), DEFAULT_ETA);
    }

    /** @return the number of steps that the timesteps or sigmas describe; 0 if there are none */
    int explicitSteps() {
        return sigmas.isEmpty() ? timesteps.size() : sigmas.size() - 1;
    }
}
