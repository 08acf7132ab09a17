// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import org.jspecify.annotations.Nullable;

/**
 * How many tokens the prompts of a request have, without start, end and padding.
 *
 * @param prompt tokens of the prompt
 * @param negativePrompt tokens of the negative prompt; null if the request had no guidance, so that it was not used
 */
public record PromptTokens(Count prompt, @Nullable Count negativePrompt) {
    public PromptTokens {
        Check.present("tokens.prompt", prompt);
    }

    /** @param used number of tokens that were encoded @param cut number of tokens that were cut off */
    public record Count(int used, int cut) {
        public Count {
            Check.range("used", 0, Integer.MAX_VALUE, used);
            Check.range("cut", 0, Integer.MAX_VALUE, cut);
        }
    }
}
