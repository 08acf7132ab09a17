// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;

/**
 * Vectors that replace the embeddings of adjacent tokens.
 *
 * @param row row of the tokens
 * @param position position of the first token in its row
 * @param count number of tokens
 * @param vectors vectors (n, D), of which the first {@code count} are used
 */
record TokenVectors(int row, int position, int count, NDArray vectors) {}
