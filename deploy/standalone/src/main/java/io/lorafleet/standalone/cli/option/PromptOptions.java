// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli.option;

import io.lorafleet.messages.LongPrompt;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the encoding of the prompts. */
public final class PromptOptions {
    @Option(
            names = "--long-prompt",
            paramLabel = "NAME",
            description =
                    "What to do with a prompt that is too long for the text encoder: ${COMPLETION-CANDIDATES}. chunks"
                            + " encodes it in parts; truncate cuts off its end, as diffusers does. Default: chunks.")
    private @Nullable LongPrompt longPrompt;

    @Option(
            names = "--prompt-weights",
            description =
                    "Reads weights in the prompts: (word) has a higher weight, [word] a lower weight, and (word:1.3)"
                            + " the weight 1.3. A backslash before a bracket makes it part of the text.")
    private boolean weights;

    @Option(
            names = "--clip-skip",
            paramLabel = "N",
            description =
                    "Number of layers to skip at the end of each text encoder, counted as in diffusers. Default: 0.")
    private @Nullable Integer clipSkip;

    public @Nullable LongPrompt longPrompt() {
        return longPrompt;
    }

    /** @return true, or null if the option was not given */
    public @Nullable Boolean weights() {
        return weights ? true : null;
    }

    public @Nullable Integer clipSkip() {
        return clipSkip;
    }
}
