// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A network that steers a UNet by an image, such as a drawing of edges. It is a copy of the UNet's downsampling half and
 * middle. Its results, after one convolution each, are added to the UNet's skip connections and middle block.
 *
 * <p>Adapters change the UNet only, as in diffusers.
 *
 * @see "diffusers models/controlnets/controlnet.py"
 * @see <a href="https://arxiv.org/abs/2302.05543">Zhang et al. 2023</a>
 */
public final class ControlNet implements AutoCloseable {
    private final ControlNetConfig config;
    private final Conv2d convIn;
    private final TimeEmbedding timeEmbedding;
    private final ConditionEmbedding conditionEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    /** One for each skip connection. Their weights are zero before training. */
    private final List<Conv2d> skipOutputs = new ArrayList<>();

    private final Conv2d middleOutput;
    private final DataType type;
    private final NDManager owner;

    /** @param owner manager of the weights, which this object closes */
    public ControlNet(ControlNetConfig config, Weights weights, NDManager owner) {
        this.config = config;
        this.owner = owner;
        UNetConfig encoder = config.encoder();
        List<Integer> channels = encoder.channels();
        int finest = channels.get(0);
        convIn = Conv2d.same(weights.in("conv_in"), encoder.inChannels(), finest, 3);
        timeEmbedding = new TimeEmbedding(encoder, weights);
        conditionEmbedding = new ConditionEmbedding(config, weights.in("controlnet_cond_embedding"));
        addSkipOutput(finest, weights);
        for (int i = 0; i < channels.size(); i++) {
            downBlocks.add(new DownBlock(encoder, i, channels.get(Math.max(i - 1, 0)), weights.in("down_blocks", i)));
            boolean coarsest = i == channels.size() - 1;
            for (int skip = 0; skip < encoder.layersPerBlock() + (coarsest ? 0 : 1); skip++) {
                addSkipOutput(channels.get(i), weights);
            }
        }
        midBlock = new MidBlock(encoder, weights.in("mid_block"));
        int coarsest = channels.get(channels.size() - 1);
        middleOutput = Conv2d.same(weights.in("controlnet_mid_block"), coarsest, coarsest, 1);
        type = weights.type();
    }

    private void addSkipOutput(int channels, Weights weights) {
        Weights layer = weights.in("controlnet_down_blocks", skipOutputs.size());
        skipOutputs.add(Conv2d.same(layer, channels, channels, 1));
    }

    /**
     * Computes those parts of the conditioning that do not change between steps.
     *
     * @return the prepared conditioning, attached to the context's manager
     */
    public PreparedConditioning prepare(Conditioning conditioning) {
        Stream<SpatialTransformer> attentions = Stream.concat(
                downBlocks.stream().flatMap(block -> block.attentions().stream()), Stream.of(midBlock.attention()));
        return PreparedConditioning.of(attentions, timeEmbedding, type, conditioning, Adaptation.NONE);
    }

    /**
     * Embeds a condition image. The embedding does not change between steps.
     *
     * @param image image (1, 3, H, W) in [0, 1], with the channels red, green, blue
     * @return the embedding (1, C, h, w), attached to the image's manager
     */
    public NDArray embed(NDArray image) {
        try (NDManager scope = Scopes.open(image)) {
            NDArray typed = image.toType(type, false);
            return scope.ret(conditionEmbedding.forward(config.bgr() ? typed.flip(1) : typed));
        }
    }

    /**
     * Evaluates the network.
     *
     * @param sample the UNet's input (N, C, H, W). The additional channels of an inpainting UNet are ignored
     * @param timesteps timestep of each row
     * @param text prepared conditioning of the rows
     * @param conditions embedded condition of each row (N, C, H, W)
     * @return the results for the skip connections, then the result for the middle block, before they are scaled (N, C,
     *     H, W), attached to the sample's manager
     */
    public List<NDArray> forward(NDArray sample, double[] timesteps, PreparedConditioning text, NDArray conditions) {
        try (NDManager scope = Scopes.open(sample, conditions)) {
            NDArray time = timeEmbedding.forward(timesteps, text.addition(), Adaptation.NONE, scope);
            NDArray latent = sample.get(new NDIndex(":, :" + config.encoder().inChannels()));
            NDArray x = convIn.forward(latent.toType(type, false)).addi(conditions);
            Deque<NDArray> skips = new ArrayDeque<>();
            skips.push(x);
            for (DownBlock block : downBlocks) {
                x = block.forward(x, time, text, Adaptation.NONE, skips);
            }
            x = midBlock.forward(x, time, text, Adaptation.NONE);
            List<NDArray> results = new ArrayList<>();
            Iterator<NDArray> inOrder = skips.descendingIterator();
            for (Conv2d output : skipOutputs) {
                results.add(scope.ret(output.forward(inOrder.next())));
            }
            results.add(scope.ret(middleOutput.forward(x)));
            return results;
        }
    }

    public ControlNetConfig config() {
        return config;
    }

    /** Frees the weights. */
    @Override
    public void close() {
        owner.close();
    }
}
