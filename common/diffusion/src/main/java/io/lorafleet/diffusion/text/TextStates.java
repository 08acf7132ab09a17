// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import org.jspecify.annotations.Nullable;

/**
 * What the text encoder makes of a batch of prompts; N prompts, S tokens, D width.
 *
 * @param lastHiddenState (N, S, D), after the final norm
 * @param penultimate (N, S, D), what the last layer gets, without the final norm
 * @param pooled (N, D), the last hidden state at the end token
 * @param embeds (N, P), the pooled state projected; null if the encoder has no projection
 */
public record TextStates(
        NDArray lastHiddenState,
        NDArray penultimate,
        NDArray pooled,
        @Nullable NDArray embeds) {}
