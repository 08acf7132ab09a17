// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * The output of a text encoder of width D for N prompts of S tokens.
 *
 * @param lastHiddenState output of the last layer that is used, after the final norm (N, S, D)
 * @param penultimate output of the layer before it, without the final norm (N, S, D)
 * @param pooled state of the last layer at the end token, after the final norm (N, D)
 * @param embeds projection of the pooled state (N, P); null if the encoder has no projection
 */
public record TextStates(
        NDArray lastHiddenState,
        NDArray penultimate,
        NDArray pooled,
        @Nullable NDArray embeds) {}
