// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

/**
 * How the prompts of a request are encoded.
 *
 * @param chunked whether a prompt that is too long for the text encoder is encoded in chunks, whose states are
 *     concatenated; otherwise, it is truncated
 * @param weighted whether the prompts contain weights, as {@link WeightedText} describes them
 * @param clipSkip number of layers at the end of each text encoder whose output is not used, as in diffusers'
 *     {@code clip_skip}
 */
public record EncodingOptions(boolean chunked, boolean weighted, int clipSkip) {
    /** Encodes a prompt as diffusers does by default: truncated, without weights, with all layers. */
    public static final EncodingOptions DEFAULT = new EncodingOptions(false, false, 0);
}
