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

    @Test
    void everySamplerFollowsTheTrajectoryOfDiffusers() {
        List<ParityResult> results = new ArrayList<>();
        SamplerParity.check(GOLDEN, results::add);
        assertThat(results)
                .hasSize(20 * 3)
                .allSatisfy(result -> assertThat(result)
                        .isInstanceOfSatisfying(
                                ParityResult.Compared.class,
                                compared -> assertThat(compared.within(TOLERANCE))
                                        .as(compared.toString())
                                        .isTrue()));
    }

    @Test
    void distinguishesItsFoldersFromPipelines() {
        assertThat(SamplerParity.isFor(GOLDEN)).isTrue();
        assertThat(SamplerParity.isFor(GOLDEN.resolveSibling("sd1"))).isFalse();
    }
}
