// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;

/** Decodes a latent (N, C, H, W) to an image (N, 3, H factor, W factor). */
final class Decoder {
    private final Conv2d convIn;
    private final List<UnaryOperator<NDArray>> layers = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    Decoder(VaeConfig config, Weights weights) {
        List<Integer> channels = config.channels();
        int last = channels.size() - 1;
        convIn = Conv2d.same(weights.in("conv_in"), config.latentChannels(), channels.get(last), 3);
        layers.add(new VaeMidBlock(config, channels.get(last), weights.in("mid_block"))::forward);
        for (int i = 0; i <= last; i++) {
            int resolution = last - i;
            int in = channels.get(Math.min(resolution + 1, last));
            addStage(config, in, channels.get(resolution), resolution > 0, weights.in("up_blocks", i));
        }
        normOut = new GroupNorm(
                weights.in("conv_norm_out"), channels.get(0), config.normGroups(), VaeResnetBlock.NORM_EPSILON);
        convOut = Conv2d.same(weights.in("conv_out"), channels.get(0), config.imageChannels(), 3);
    }

    /** Adds the layers of one resolution. Every stage except the finest ends by doubling the height and width. */
    private void addStage(VaeConfig config, int in, int out, boolean doubles, Weights weights) {
        for (int i = 0; i <= config.layersPerBlock(); i++) {
            layers.add(new VaeResnetBlock(config, i == 0 ? in : out, out, weights.in("resnets", i))::forward);
        }
        if (doubles) {
            Conv2d upsampler = Conv2d.same(weights.in("upsamplers.0.conv"), out, out, 3);
            layers.add(x -> doubled(x, upsampler));
        }
    }

    /**
     * Frees each result as soon as the next one has been computed, because a result at image size needs gigabytes of
     * memory.
     */
    NDArray forward(NDArray latent) {
        NDArray x = convIn.forward(latent);
        for (UnaryOperator<NDArray> layer : layers) {
            try (NDArray before = x) {
                x = layer.apply(before);
            }
        }
        try (NDArray before = x;
                NDArray active = normOut.silu(before)) {
            return convOut.forward(active);
        }
    }

    private static NDArray doubled(NDArray x, Conv2d upsampler) {
        try (NDManager scope = Scopes.open(x)) {
            Shape shape = x.getShape();
            return scope.ret(upsampler.forward(Kernels.get().upsample(x, 2 * shape.get(2), 2 * shape.get(3))));
        }
    }
}
