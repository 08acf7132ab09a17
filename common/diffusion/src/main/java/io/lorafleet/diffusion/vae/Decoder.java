package io.lorafleet.diffusion.vae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.checkpoint.Weights;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Kernels;
import io.lorafleet.diffusion.nn.Scopes;
import java.util.ArrayList;
import java.util.List;

/** From a latent (N, C, H, W) to a picture (N, 3, H factor, W factor). */
final class Decoder {
    private final Conv2d convIn;
    private final MidBlock midBlock;
    private final List<Stage> stages = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;

    Decoder(VaeConfig config, Weights weights) {
        List<Integer> channels = config.channels();
        int last = channels.size() - 1;
        convIn = Conv2d.same(weights.in("conv_in"), config.latentChannels(), channels.get(last), 3);
        midBlock = new MidBlock(config, channels.get(last), weights.in("mid_block"));
        for (int i = 0; i <= last; i++) {
            int resolution = last - i;
            int in = channels.get(Math.min(resolution + 1, last));
            stages.add(new Stage(config, in, channels.get(resolution), resolution > 0, weights.in("up_blocks", i)));
        }
        normOut = new GroupNorm(
                weights.in("conv_norm_out"), channels.get(0), config.normGroups(), ResnetBlock.NORM_EPSILON);
        convOut = Conv2d.same(weights.in("conv_out"), channels.get(0), config.imageChannels(), 3);
    }

    NDArray forward(NDArray latent) {
        NDArray x = midBlock.forward(convIn.forward(latent));
        for (Stage stage : stages) {
            x = stage.forward(x);
        }
        return convOut.forward(normOut.silu(x));
    }

    /** One resolution; all but the finest end by doubling the size. */
    private static final class Stage {
        private final List<ResnetBlock> resnets = new ArrayList<>();
        private final Conv2d upsampler;

        Stage(VaeConfig config, int in, int out, boolean doubles, Weights weights) {
            for (int i = 0; i <= config.layersPerBlock(); i++) {
                resnets.add(new ResnetBlock(config, i == 0 ? in : out, out, weights.in("resnets", i)));
            }
            upsampler = doubles ? Conv2d.same(weights.in("upsamplers.0.conv"), out, out, 3) : null;
        }

        NDArray forward(NDArray x) {
            try (NDManager scope = Scopes.open(x)) {
                NDArray h = x;
                for (ResnetBlock resnet : resnets) {
                    h = resnet.forward(h);
                }
                if (upsampler == null) {
                    return scope.ret(h);
                }
                Shape shape = h.getShape();
                return scope.ret(upsampler.forward(Kernels.get().upsample(h, 2 * shape.get(2), 2 * shape.get(3))));
            }
        }
    }
}
