// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.nn.Adaptation;
import java.util.List;

/** What adapters change when the prompts of a batch are encoded: text encoders, and words that stand for vectors. */
@FunctionalInterface
public interface PromptAdaptation {
    /** No updates: the base alone. */
    PromptAdaptation NONE = (encoder, chunks, scope) -> Adaptation.NONE;

    /**
     * @param encoder index of the text encoder
     * @param chunks number of chunks of each prompt; row k is a chunk of prompt k / chunks
     * @param scope manager that owns the updates
     * @return the updates of each row
     */
    Adaptation of(int encoder, int chunks, NDManager scope);

    /** @param prompt index of the prompt @return the words of this prompt that stand for vectors */
    default List<EmbeddedWord> words(int prompt) {
        return List.of();
    }
}
