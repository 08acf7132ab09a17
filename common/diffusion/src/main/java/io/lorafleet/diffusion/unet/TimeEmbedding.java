package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.checkpoint.Weights;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;

/** The timestep, and what SDXL adds to it, as one vector for each row. */
final class TimeEmbedding {
    private final Waves timeWaves;
    private final TwoLayers time;
    private final Waves sizeWaves;
    private final TwoLayers addition;
    private final DataType type;

    /** @param weights of the whole UNet */
    TimeEmbedding(UNetConfig config, Weights weights) {
        int finest = config.channels().get(0);
        UNetConfig.Addition added = config.addition();
        type = weights.type();
        timeWaves = new Waves(finest, config);
        time = new TwoLayers(finest, config.timeWidth(), weights.in("time_embedding"));
        sizeWaves = added == null ? null : new Waves(added.sizeWidth(), config);
        addition = added == null ? null : new TwoLayers(added.width(), config.timeWidth(), weights.in("add_embedding"));
    }

    /** The waves are float32, whatever the layers are: half precision cannot tell 998 from 999. @return (N, time width) */
    NDArray forward(NDArray timesteps, Conditioning conditioning, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(timesteps)) {
            NDArray embedded = time.forward(timeWaves.of(timesteps).toType(type, false), adaptation);
            if (addition == null) {
                return scope.ret(embedded);
            }
            NDArray sizes = sizeWaves.of(conditioning.sizes()).reshape(timesteps.size(), -1);
            NDArray added = conditioning.pooled().concat(sizes, 1);
            return scope.ret(embedded.add(addition.forward(added.toType(type, false), adaptation)));
        }
    }

    private static final class TwoLayers {
        private final Linear linear1;
        private final Linear linear2;

        TwoLayers(int in, int out, Weights weights) {
            linear1 = Linear.of(weights.in("linear_1"), in, out);
            linear2 = Linear.of(weights.in("linear_2"), out, out);
        }

        NDArray forward(NDArray x, Adaptation adaptation) {
            return linear2.forward(Functions.silu(linear1.forward(x, adaptation)), adaptation);
        }
    }
}
