// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.List;

/**
 * Reduces a condition image to the size of the latent, with convolutions and activations.
 *
 * @see "diffusers models/controlnets/controlnet.py, ControlNetConditioningEmbedding"
 */
final class ConditionEmbedding {
    private final List<Conv2d> activated = new ArrayList<>();
    private final Conv2d convOut;

    ConditionEmbedding(ControlNetConfig config, Weights weights) {
        List<Integer> channels = config.conditionChannels();
        activated.add(Conv2d.same(weights.in("conv_in"), 3, channels.get(0), 3));
        for (int i = 0; i + 1 < channels.size(); i++) {
            int in = channels.get(i);
            activated.add(Conv2d.same(weights.in("blocks", 2 * i), in, in, 3));
            activated.add(Conv2d.of(weights.in("blocks", 2 * i + 1), in, channels.get(i + 1), 3, 2, 1));
        }
        int last = channels.get(channels.size() - 1);
        int finest = config.encoder().channels().get(0);
        convOut = Conv2d.same(weights.in("conv_out"), last, finest, 3);
    }

    /** @param image (N, 3, H, W) @return (N, C, H', W') */
    NDArray forward(NDArray image) {
        try (NDManager scope = Scopes.open(image)) {
            NDArray x = image;
            for (Conv2d layer : activated) {
                x = Functions.silu(layer.forward(x));
            }
            return scope.ret(convOut.forward(x));
        }
    }
}
