// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ZipfTest {
    private static final int DRAWS = 50_000;

    @Test
    void theKthIsDrawnInProportionToOneOverK() {
        double[] shares = shares(new Zipf(4, 1));

        double harmonic = 1 + 1 / 2.0 + 1 / 3.0 + 1 / 4.0;
        for (int k = 1; k <= 4; k++) {
            assertThat(shares[k - 1]).isCloseTo(1 / (k * harmonic), within(0.01));
        }
    }

    @Test
    void atZeroAllAreAlike() {
        assertThat(shares(new Zipf(5, 0))).containsExactly(new double[] {0.2, 0.2, 0.2, 0.2, 0.2}, within(0.01));
    }

    @Test
    void theOnlyThingIsAlwaysDrawn() {
        assertThat(shares(new Zipf(1, 1))).containsExactly(new double[] {1}, within(1e-9));
    }

    private static double[] shares(Zipf zipf) {
        double[] shares = new double[5];
        int things = 0;
        Random random = new Random(3);
        for (int i = 0; i < DRAWS; i++) {
            int drawn = zipf.sample(random);
            shares[drawn] += 1.0 / DRAWS;
            things = Math.max(things, drawn + 1);
        }
        return Arrays.copyOf(shares, things);
    }
}
