// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A Zipf distribution over n elements: the probability of the k-th element (counting from 1) is proportional to 1 /
 * k^s. If s = 0, all elements have the same probability.
 */
final class Zipf {
    /** For each index, the total probability of the elements up to and including that index. */
    private final double[] cumulative;

    Zipf(int elements, double s) {
        cumulative = new double[elements];
        double sum = 0;
        for (int k = 0; k < elements; k++) {
            sum += Math.pow(k + 1, -s);
            cumulative[k] = sum;
        }
        for (int k = 0; k < elements; k++) {
            cumulative[k] /= sum;
        }
    }

    /** @return the index of an element, starting at 0 */
    int sample(RandomGenerator random) {
        int found = Arrays.binarySearch(cumulative, random.nextDouble());
        int first = found < 0 ? -found - 1 : found + 1; // a value on a boundary belongs to the next element
        return Math.min(first, cumulative.length - 1);
    }
}
