// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.TimestepSpacing;
import io.lorafleet.standalone.client.NewSampling;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the schedule of a sampler and the interval of guidance. */
public final class SamplingOptions {
    @Option(
            names = "--guidance-start",
            paramLabel = "SHARE",
            description = "Share of the steps after which guidance starts, 0 to 1. Each earlier step needs one UNet"
                    + " evaluation instead of two. Default: 0.")
    private @Nullable Double guidanceStart;

    @Option(
            names = "--guidance-end",
            paramLabel = "SHARE",
            description =
                    "Share of the steps after which guidance ends, 0 to 1. Each later step needs one UNet evaluation"
                            + " instead of two. Default: 1.")
    private @Nullable Double guidanceEnd;

    @Option(
            names = "--timestep-spacing",
            paramLabel = "NAME",
            description = "Spacing of the timesteps: ${COMPLETION-CANDIDATES}. Default: set by the model.")
    private @Nullable TimestepSpacing timestepSpacing;

    @Option(
            names = "--timesteps",
            paramLabel = "N,N...",
            split = ",",
            description = "Timestep of each step, from 999 to 0, highest first. Replaces --steps.")
    private @Nullable List<Integer> timesteps;

    @Option(
            names = "--sigmas",
            paramLabel = "X,X...",
            split = ",",
            description = "Noise level of each step, highest first, followed by 0. Only for the sampler euler. Replaces"
                    + " --steps.")
    private @Nullable List<Double> sigmas;

    @Option(
            names = "--eta",
            paramLabel = "SHARE",
            description = "Share of new noise in each step, 0 to 1. Only for the sampler tcd. Default: 0.3.")
    private @Nullable Double eta;

    /** @return null if no option was given */
    public @Nullable NewSampling sampling() {
        NewSampling given = new NewSampling(guidanceStart, guidanceEnd, timestepSpacing, timesteps, sigmas, eta);
        return given.equals(new NewSampling(null, null, null, null, null, null)) ? null : given;
    }
}
