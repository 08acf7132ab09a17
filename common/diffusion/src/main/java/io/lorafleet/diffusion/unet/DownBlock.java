// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The layers of one resolution in the downsampling half. All blocks but the coarsest end with a stride-2 convolution.
 */
final class DownBlock {
    private final List<ResnetBlock> resnets = new ArrayList<>();
    private final List<SpatialTransformer> attentions = new ArrayList<>();
    private final @Nullable Conv2d downsampler;

    DownBlock(UNetConfig config, int resolution, int in, Weights weights) {
        int out = config.channels().get(resolution);
        for (int i = 0; i < config.layersPerBlock(); i++) {
            resnets.add(new ResnetBlock(config, i == 0 ? in : out, out, weights.in("resnets", i)));
            if (config.attends().get(resolution)) {
                attentions.add(new SpatialTransformer(config, resolution, weights.in("attentions", i)));
            }
        }
        boolean coarsest = resolution == config.resolutions() - 1;
        downsampler = coarsest ? null : Conv2d.of(weights.in("downsamplers.0.conv"), out, out, 3, 2, 1);
    }

    List<SpatialTransformer> attentions() {
        return attentions;
    }

    /** @param skips receives each layer's result, for the skip connections */
    NDArray forward(NDArray x, NDArray time, PreparedConditioning text, Adaptation adaptation, Deque<NDArray> skips) {
        for (int i = 0; i < resnets.size(); i++) {
            x = resnets.get(i).forward(x, time, adaptation);
            if (!attentions.isEmpty()) {
                x = attentions.get(i).forward(x, text, adaptation);
            }
            skips.push(x);
        }
        if (downsampler != null) {
            x = downsampler.forward(x, adaptation);
            skips.push(x);
        }
        return x;
    }
}
