// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers of one resolution in the upsampling half, with skip connections. Every block except the finest ends by
 * doubling the height and width.
 */
final class UpBlock {
    private final List<ResnetBlock> resnets = new ArrayList<>();
    private final List<SpatialTransformer> attentions = new ArrayList<>();
    private final @Nullable Conv2d upsampler;

    /**
     * @param in channels of the input, which comes from the next coarser resolution
     * @param lastSkip channels of the last skip connection, which comes from the next finer resolution
     */
    UpBlock(UNetConfig config, int resolution, int in, int lastSkip, Weights weights) {
        int out = config.channels().get(resolution);
        int layers = config.layersPerBlock() + 1;
        for (int i = 0; i < layers; i++) {
            int below = i == 0 ? in : out;
            int skip = i == layers - 1 ? lastSkip : out;
            resnets.add(new ResnetBlock(config, below + skip, out, weights.in("resnets", i)));
            if (config.attends().get(resolution)) {
                attentions.add(new SpatialTransformer(config, resolution, weights.in("attentions", i)));
            }
        }
        upsampler = resolution == 0 ? null : Conv2d.same(weights.in("upsamplers.0.conv"), out, out, 3);
    }

    List<SpatialTransformer> attentions() {
        return attentions;
    }

    NDArray forward(NDArray x, NDArray time, PreparedConditioning text, Adaptation adaptation, Deque<NDArray> skips) {
        for (int i = 0; i < resnets.size(); i++) {
            x = resnets.get(i).forward(x.concat(skips.pop(), 1), time, adaptation);
            if (!attentions.isEmpty()) {
                x = attentions.get(i).forward(x, text, adaptation);
            }
        }
        if (upsampler != null) {
            Shape finer = skips.peek().getShape();
            x = upsampler.forward(Kernels.get().upsample(x, finer.get(2), finer.get(3)), adaptation);
        }
        return x;
    }
}
