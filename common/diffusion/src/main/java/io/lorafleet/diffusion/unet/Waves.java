package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Scopes;

/**
 * A number as sines and cosines of many wave lengths.
 *
 * @see diffusers models/embeddings.py get_timestep_embedding; Ho et al. 2020
 */
final class Waves {
    /** The longest wave, as in the transformer's position encoding. */
    private static final double MAX_PERIOD = 10_000;

    private final float[] frequencies;
    private final boolean cosFirst;

    /** @param width sines and cosines together */
    Waves(int width, UNetConfig config) {
        frequencies = new float[width / 2];
        for (int i = 0; i < frequencies.length; i++) {
            double exponent = i / (frequencies.length - config.frequencyShift());
            frequencies[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * exponent);
        }
        cosFirst = config.flipSinToCos();
    }

    /** @param numbers of any shape, M in all @return (M, width) */
    NDArray of(NDArray numbers) {
        try (NDManager scope = Scopes.open(numbers)) {
            NDArray lengths = scope.create(frequencies, new Shape(1, frequencies.length));
            NDArray angles = numbers.reshape(-1, 1).mul(lengths);
            NDArray sin = angles.sin();
            NDArray cos = angles.cos();
            return scope.ret(NDArrays.concat(cosFirst ? new NDList(cos, sin) : new NDList(sin, cos), 1));
        }
    }
}
