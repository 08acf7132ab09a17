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
            description = "Share of the steps before guidance starts, 0 to 1. Before that, each step needs one UNet"
                    + " evaluation instead of two. Default: 0.")
    private @Nullable Double guidanceStart;

    @Option(
            names = "--guidance-end",
            paramLabel = "SHARE",
            description = "Share of the steps before guidance ends, 0 to 1. After that, each step needs one UNet"
                    + " evaluation instead of two. Default: 1.")
    private @Nullable Double guidanceEnd;

    @Option(
            names = "--timestep-spacing",
            paramLabel = "NAME",
            description = "How the timesteps are spaced: ${COMPLETION-CANDIDATES} (not case-sensitive). Default: the"
                    + " model's.")
    private @Nullable TimestepSpacing timestepSpacing;

    @Option(
            names = "--timesteps",
            paramLabel = "N,N...",
            split = ",",
            description = "The timestep of each step, highest first, 999 to 0. Replaces --steps.")
    private @Nullable List<Integer> timesteps;

    @Option(
            names = "--sigmas",
            paramLabel = "X,X...",
            split = ",",
            description = "The noise level of each step, highest first, and a final 0, for the sampler EULER. Replaces"
                    + " --steps.")
    private @Nullable List<Double> sigmas;

    @Option(
            names = "--eta",
            paramLabel = "SHARE",
            description = "Share of new noise in each step of the sampler TCD, 0 to 1. Default: 0.3.")
    private @Nullable Double eta;

    /** @return null if no option was given */
    public @Nullable NewSampling sampling() {
        NewSampling given = new NewSampling(guidanceStart, guidanceEnd, timestepSpacing, timesteps, sigmas, eta);
        return given.equals(new NewSampling(null, null, null, null, null, null)) ? null : given;
    }
}
