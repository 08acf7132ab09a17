// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Draws one of n things, the k-th (from 1) with a probability proportional to 1 / k^s: a few are asked for all the time,
 * most of them hardly ever. At s = 0 all are alike.
 */
final class Zipf {
    /** Probability of the k-th thing or one before it. */
    private final double[] cumulative;

    Zipf(int things, double s) {
        cumulative = new double[things];
        double sum = 0;
        for (int k = 0; k < things; k++) {
            sum += Math.pow(k + 1, -s);
            cumulative[k] = sum;
        }
        for (int k = 0; k < things; k++) {
            cumulative[k] /= sum;
        }
    }

    /** @return from 0 */
    int draw(RandomGenerator random) {
        int found = Arrays.binarySearch(cumulative, random.nextDouble());
        int first = found < 0 ? -found - 1 : found + 1; // a value on the border belongs to the next
        return Math.min(first, cumulative.length - 1);
    }
}
