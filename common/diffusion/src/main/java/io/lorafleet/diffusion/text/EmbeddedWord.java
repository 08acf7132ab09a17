// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import java.util.List;

/**
 * A word of a prompt that stands for vectors, which replace the embeddings of its tokens: the word of a textual
 * inversion. It is found in a prompt like an added token, so case does not matter.
 *
 * @param word text of the word
 * @param vectors for each text encoder, the vectors (n, D)
 * @see <a href="https://arxiv.org/abs/2208.01618">Gal et al. 2022</a>
 */
public record EmbeddedWord(String word, List<NDArray> vectors) {
    public EmbeddedWord {
        vectors = List.copyOf(vectors);
    }
}
