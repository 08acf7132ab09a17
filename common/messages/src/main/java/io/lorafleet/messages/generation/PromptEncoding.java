// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages.generation;

import io.lorafleet.messages.Check;
import io.lorafleet.messages.LongPrompt;
import java.nio.charset.StandardCharsets;

/**
 * How the prompts of a request are encoded.
 *
 * @param longPrompt what happens to a prompt that is too long for the text encoder
 * @param weights whether the prompts contain weights, such as {@code (word:1.3)}; otherwise, brackets are text
 * @param clipSkip number of layers at the end of each text encoder whose output is not used, 0 to
 *     {@value #MAX_CLIP_SKIP}, as in diffusers' {@code clip_skip}
 */
public record PromptEncoding(LongPrompt longPrompt, boolean weights, int clipSkip) {
    /** More than the layers of any text encoder of Stable Diffusion. Each model has a lower limit of its own. */
    public static final int MAX_CLIP_SKIP = 32;

    /** The encoding of a command without this field: truncated, without weights, with all layers. */
    public static final PromptEncoding DEFAULT = new PromptEncoding(LongPrompt.TRUNCATE, false, 0);

    /** The tokens that every text encoder takes at once. Stable Diffusion's takes 75, and that of the demo model 30. */
    private static final int NEVER_TOO_LONG = 30;

    public PromptEncoding {
        Check.present("promptEncoding.longPrompt", longPrompt);
        Check.range("promptEncoding.clipSkip", 0, MAX_CLIP_SKIP, clipSkip);
    }

    /**
     * @return whether the prompt can be too long for a text encoder. A token stands for at least one byte, so a short
     *     prompt is encoded in the same way whatever {@link #longPrompt} is
     */
    public static boolean canBeLong(String prompt) {
        boolean ascii = StandardCharsets.US_ASCII.newEncoder().canEncode(prompt); // otherwise, normalization adds bytes
        return !ascii || prompt.length() > NEVER_TOO_LONG;
    }
}
