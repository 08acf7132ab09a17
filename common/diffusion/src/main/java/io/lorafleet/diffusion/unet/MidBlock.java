// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.weights.Weights;

/** The layers between the downsampling half and the upsampling half, at the coarsest resolution. */
final class MidBlock {
    private final ResnetBlock resnet1;
    private final SpatialTransformer attention;
    private final ResnetBlock resnet2;

    MidBlock(UNetConfig config, Weights weights) {
        int coarsest = config.resolutions() - 1;
        int channels = config.channels().get(coarsest);
        resnet1 = new ResnetBlock(config, channels, channels, weights.in("resnets", 0));
        attention = new SpatialTransformer(config, coarsest, weights.in("attentions", 0));
        resnet2 = new ResnetBlock(config, channels, channels, weights.in("resnets", 1));
    }

    SpatialTransformer attention() {
        return attention;
    }

    NDArray forward(NDArray x, NDArray time, PreparedConditioning text, Adaptation adaptation) {
        NDArray h = attention.forward(resnet1.forward(x, time, adaptation), text, adaptation);
        return resnet2.forward(h, time, adaptation);
    }
}
