// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation.admission;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The sampling settings of a generation request that few requests have; null selects the default.
 *
 * @param guidanceStart share of the steps before guidance starts
 * @param guidanceEnd share of the steps before guidance ends
 * @param timestepSpacing {@code leading}, {@code linspace} or {@code trailing}
 * @param timesteps timestep of each step
 * @param sigmas noise level of each step, and a final 0
 * @param eta share of new noise in each step
 */
public record RequestedSampling(
        @Nullable Double guidanceStart,
        @Nullable Double guidanceEnd,
        @Nullable String timestepSpacing,
        @Nullable List<@Nullable Integer> timesteps,
        @Nullable List<@Nullable Double> sigmas,
        @Nullable Double eta) {
    /** The defaults. */
    public static final RequestedSampling NONE = new RequestedSampling(null, null, null, null, null, null);
}
