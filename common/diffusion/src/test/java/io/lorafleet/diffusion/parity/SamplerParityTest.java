// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.parity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Against trajectories that diffusers' schedulers made with a stand-in for the model. */
class SamplerParityTest {
    private static final Path GOLDEN = Path.of("src/test/resources/golden/schedulers");
    private static final double TOLERANCE = 1e-5;

    @Test
    void everySamplerGoesTheWayOfDiffusers() {
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
    void knowsItsFoldersFromPipelines() {
        assertThat(SamplerParity.isFor(GOLDEN)).isTrue();
        assertThat(SamplerParity.isFor(GOLDEN.resolveSibling("sd1"))).isFalse();
    }
}
