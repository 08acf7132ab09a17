// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Compares with trajectories of diffusers' schedulers, recorded with a stand-in model. */
class SamplerParityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/schedulers");
    private static final double TOLERANCE = 1e-5;
    /** Steps from sigma 4096, where diffusers' float32 has fewer digits for the image than at the usual 15. */
    private static final double ZERO_SNR_TOLERANCE = 1e-4;

    @Test
    void everySamplerFollowsTheTrajectoryOfDiffusers() {
        List<ParityResult> results = new ArrayList<>();
        SamplerParity.check(GOLDEN, results::add);
        assertThat(results)
                .hasSize(40 * 3)
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                ParityResult.Compared.class,
                                compared -> assertThat(compared.within(tolerance(compared)))
                                        .as(compared.toString())
                                        .isTrue()));
    }

    /** At every spacing, with explicit timesteps and sigmas, with epsilon and v prediction. */
    @Test
    void everySamplerFollowsEveryScheduleOfDiffusers() {
        List<ParityResult> results = new ArrayList<>();
        SamplerParity.check(GOLDEN.resolveSibling("schedules"), results::add);
        assertThat(results)
                .hasSize(128 * 3)
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                ParityResult.Compared.class,
                                compared -> assertThat(compared.within(TOLERANCE))
                                        .as(compared.toString())
                                        .isTrue()));
    }

    private static double tolerance(ParityResult.Compared compared) {
        return compared.tensor().matches("euler(_ancestral)?_zsnr_.+") ? ZERO_SNR_TOLERANCE : TOLERANCE;
    }

    @Test
    void distinguishesItsFoldersFromPipelines() {
        assertThat(SamplerParity.isFor(GOLDEN)).isTrue();
        assertThat(SamplerParity.isFor(GOLDEN.resolveSibling("sd1"))).isFalse();
    }
}
