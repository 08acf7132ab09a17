// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes an image (N, 3, H, W) as a mean and a log variance, concatenated along the channels (N, 2 C, H / factor, W /
 * factor).
 */
final class Encoder {
    private final Conv2d convIn;
    private final List<Stage> stages = new ArrayList<>();
    private final VaeMidBlock midBlock;
    private final GroupNorm normOut;
    private final Conv2d convOut;

    Encoder(VaeConfig config, Weights weights) {
        List<Integer> channels = config.channels();
        int last = channels.size() - 1;
        convIn = Conv2d.same(weights.in("conv_in"), config.imageChannels(), channels.get(0), 3);
        for (int i = 0; i <= last; i++) {
            int in = channels.get(Math.max(i - 1, 0));
            stages.add(new Stage(config, in, channels.get(i), i < last, weights.in("down_blocks", i)));
        }
        midBlock = new VaeMidBlock(config, channels.get(last), weights.in("mid_block"));
        normOut = new GroupNorm(
                weights.in("conv_norm_out"), channels.get(last), config.normGroups(), VaeResnetBlock.NORM_EPSILON);
        convOut = Conv2d.same(weights.in("conv_out"), channels.get(last), 2 * config.latentChannels(), 3);
    }

    NDArray forward(NDArray image) {
        NDArray x = convIn.forward(image);
        for (Stage stage : stages) {
            x = stage.forward(x);
        }
        return convOut.forward(normOut.silu(midBlock.forward(x)));
    }

    /** The layers of one resolution. Every stage except the coarsest ends with a stride-2 convolution. */
    private static final class Stage {
        private final List<VaeResnetBlock> resnets = new ArrayList<>();
        private final @Nullable Conv2d downsampler;

        Stage(VaeConfig config, int in, int out, boolean halves, Weights weights) {
            for (int i = 0; i < config.layersPerBlock(); i++) {
                resnets.add(new VaeResnetBlock(config, i == 0 ? in : out, out, weights.in("resnets", i)));
            }
            downsampler = halves ? Conv2d.of(weights.in("downsamplers.0.conv"), out, out, 3, 2, 0) : null;
        }

        NDArray forward(NDArray x) {
            try (NDManager scope = Scopes.open(x)) {
                NDArray h = x;
                for (VaeResnetBlock resnet : resnets) {
                    h = resnet.forward(h);
                }
                // Unlike in the UNet, only the right and bottom edges are padded.
                return scope.ret(downsampler == null ? h : downsampler.forward(h.pad(new Shape(0, 1, 0, 1), 0)));
            }
        }
    }
}
