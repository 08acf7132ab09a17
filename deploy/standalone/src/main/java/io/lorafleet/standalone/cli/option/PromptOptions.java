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
                    "What happens to a prompt that is too long for the text encoder: ${COMPLETION-CANDIDATES} (not"
                            + " case-sensitive). CHUNKS encodes it in parts; TRUNCATE cuts off its end, as diffusers does."
                            + " Default: CHUNKS.")
    private @Nullable LongPrompt longPrompt;

    @Option(
            names = "--prompt-weights",
            description = "The prompts contain weights: (word) is stronger, [word] weaker, (word:1.3) has the weight"
                    + " 1.3. A backslash before a bracket makes it text.")
    private boolean weights;

    @Option(
            names = "--clip-skip",
            paramLabel = "N",
            description = "Number of layers at the end of each text encoder that are not used, counted as in diffusers."
                    + " Default: 0.")
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
