// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;

/**
 * Text states multiplied by the weights of their tokens. Each chunk is then scaled so that its mean is the same as
 * before. Start, end and padding have the weight 1.
 *
 * @see "AUTOMATIC1111's web UI, modules/sd_emphasis.py EmphasisOriginal"
 */
final class EmphasizedStates {
    private EmphasizedStates() {}

    /** @param states (N, S, D) @param chunks tokens of each row @return (N, S, D); the states if all weights are 1 */
    static NDArray of(NDArray states, List<TokenizedPrompt> chunks, NDManager scope) {
        if (chunks.stream().allMatch(chunk -> chunk.weights().stream().allMatch(weight -> weight == 1))) {
            return states;
        }
        int rows = chunks.size();
        int length = (int) states.getShape().get(1);
        float[] weights = new float[rows * length];
        Arrays.fill(weights, 1);
        for (int row = 0; row < rows; row++) {
            List<Float> ofChunk = chunks.get(row).weights();
            for (int i = 0; i < ofChunk.size(); i++) {
                weights[row * length + 1 + i] = ofChunk.get(i); // after the start token
            }
        }
        NDArray weighted = states.mul(scope.create(weights, new Shape(rows, length, 1)));
        int[] tokensAndWidth = {1, 2};
        NDArray factor = states.sum(tokensAndWidth, true).div(weighted.sum(tokensAndWidth, true)); // of the means
        return weighted.mul(factor);
    }
}
