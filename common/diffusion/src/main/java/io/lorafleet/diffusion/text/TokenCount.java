// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

/**
 * The number of tokens of a prompt, without start, end and padding.
 *
 * @param used number of tokens that were encoded
 * @param cut number of tokens that were cut off, because the prompt was too long
 */
public record TokenCount(int used, int cut) {}
