// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.messages.adapter.SamplingDefaults;
import io.lorafleet.standalone.FleetException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the sampling that an adapter's author prescribes. */
public final class SamplingDefaultsOptions {
    @Option(
            names = "--sampler",
            paramLabel = "NAME",
            description =
                    "Sampler that the adapter's author prescribes: ${COMPLETION-CANDIDATES}. Requests with the adapter"
                            + " use the prescribed values unless they set their own.")
    private @Nullable SamplerName sampler;

    @Option(names = "--steps", paramLabel = "N", description = "Prescribed number of steps.")
    private @Nullable Integer steps;

    @Option(
            names = "--guidance-scale",
            paramLabel = "X",
            description = "Prescribed guidance scale. 1 turns guidance off. Not allowed for a student.")
    private @Nullable Double guidanceScale;

    @Option(
            names = "--timestep-spacing",
            paramLabel = "NAME",
            description = "Prescribed spacing of the timesteps: ${COMPLETION-CANDIDATES}. Requires --sampler.")
    private @Nullable TimestepSpacing timestepSpacing;

    @Option(
            names = "--timesteps",
            paramLabel = "N,N...",
            split = ",",
            description = "Prescribed timestep of each step, from 999 to 0, highest first. Requires --sampler.")
    private @Nullable List<Integer> timesteps;

    @Option(
            names = "--eta",
            paramLabel = "SHARE",
            description = "Prescribed share of new noise in each step, 0 to 1. Requires --sampler.")
    private @Nullable Double eta;

    /**
     * @return the prescribed values; null if there are none
     * @throws FleetException if the values do not fit together
     */
    public @Nullable SamplingDefaults defaults() {
        try {
            return SamplingDefaults.orNull(
                    new SamplingDefaults(sampler, steps, guidanceScale, timestepSpacing, timesteps, eta));
        } catch (IllegalArgumentException e) {
            throw new FleetException(String.valueOf(e.getMessage()));
        }
    }
}
