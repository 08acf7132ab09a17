package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.checkpoint.Weights;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;

/**
 * A timestep as waves of many lengths, then two linear layers.
 *
 * @see diffusers models/embeddings.py get_timestep_embedding; Ho et al. 2020
 */
final class TimeEmbedding {
    /** The longest wave, as in the transformer's position encoding. */
    private static final double MAX_PERIOD = 10_000;

    private final float[] frequencies;
    private final boolean cosFirst;
    private final Linear linear1;
    private final Linear linear2;

    TimeEmbedding(UNetConfig config, Weights weights) {
        int waves = config.channels().get(0) / 2;
        frequencies = new float[waves];
        for (int i = 0; i < waves; i++) {
            frequencies[i] = (float) Math.exp(-Math.log(MAX_PERIOD) * i / (waves - config.frequencyShift()));
        }
        cosFirst = config.flipSinToCos();
        linear1 = Linear.of(weights.in("linear_1"), 2 * waves, config.timeWidth());
        linear2 = Linear.of(weights.in("linear_2"), config.timeWidth(), config.timeWidth());
    }

    /** @param timesteps (N) @return (N, time width) */
    NDArray forward(NDArray timesteps, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(timesteps)) {
            NDArray waves = scope.create(frequencies, new Shape(1, frequencies.length));
            NDArray angles = timesteps.reshape(-1, 1).mul(waves);
            NDArray sin = angles.sin();
            NDArray cos = angles.cos();
            NDArray x = NDArrays.concat(cosFirst ? new NDList(cos, sin) : new NDList(sin, cos), 1);
            x = Functions.silu(linear1.forward(x, adaptation));
            return scope.ret(linear2.forward(x, adaptation));
        }
    }
}
