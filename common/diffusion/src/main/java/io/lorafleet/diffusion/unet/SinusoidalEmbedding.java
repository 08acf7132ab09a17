// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

/**
 * Encodes a number as sines and cosines of several wavelengths. The encoding is always float32, because half precision
 * is too coarse for large angles.
 *
 * @see "diffusers models/embeddings.py get_timestep_embedding; Ho et al. 2020"
 */
final class SinusoidalEmbedding {
    /** Base of the frequencies, as in the positional encoding of the original Transformer. */
    private static final double MAX_PERIOD = 10_000;

    private final float[] frequencies;
    private final boolean cosFirst;

    /** @param width number of values per embedded number, counting both sines and cosines */
    SinusoidalEmbedding(int width, UNetConfig config) {
        frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double exponent = i / (frequencies.length - config.frequencyShift());
            frequencies[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * exponent);
        }
        cosFirst = config.flipSinToCos();
    }

    /** @return the embeddings of the numbers, concatenated */
    float[] of(float... numbers) {
        int half = frequencies.length;
        float[] embedding = new float[numbers.length * 2 * half];
        for (int n = 0; n < numbers.length; n++) {
            int start = n * 2 * half;
            for (int i = 0; i < half; i++) {
                float angle = numbers[n] * frequencies[i];
                embedding[start + i] = (float) (cosFirst ? Math.cos(angle) : Math.sin(angle));
                embedding[start + half + i] = (float) (cosFirst ? Math.sin(angle) : Math.cos(angle));
            }
        }
        return embedding;
    }
}
