// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.GroupNorm;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The denoising network, which predicts the noise in a latent from the timestep and the text. The results of the
 * downsampling half are kept, and the upsampling half uses them as skip connections.
 *
 * <p>The rows of a batch are independent. Each has its own timestep, text and adapters.
 */
public final class UNet {
    private final UNetConfig config;
    private final Conv2d convIn;
    private final TimeEmbedding timeEmbedding;
    private final List<DownBlock> downBlocks = new ArrayList<>();
    private final MidBlock midBlock;
    private final List<UpBlock> upBlocks = new ArrayList<>();
    private final GroupNorm normOut;
    private final Conv2d convOut;
    private final BaseWeights weights;
    private final DataType type;

    public UNet(UNetConfig config, Weights weights) {
        this.config = config;
        List<Integer> channels = config.channels();
        int finest = channels.get(0);
        int last = config.resolutions() - 1;
        convIn = Conv2d.same(weights.in("conv_in"), config.inChannels(), finest, 3);
        timeEmbedding = new TimeEmbedding(config, weights);
        for (int i = 0; i <= last; i++) {
            int in = channels.get(Math.max(i - 1, 0));
            downBlocks.add(new DownBlock(config, i, in, weights.in("down_blocks", i)));
        }
        midBlock = new MidBlock(config, weights.in("mid_block"));
        for (int i = 0; i <= last; i++) {
            int resolution = last - i;
            int in = channels.get(Math.min(resolution + 1, last));
            int skip = channels.get(Math.max(resolution - 1, 0));
            upBlocks.add(new UpBlock(config, resolution, in, skip, weights.in("up_blocks", i)));
        }
        normOut = new GroupNorm(weights.in("conv_norm_out"), finest, config.normGroups(), config.normEpsilon());
        convOut = Conv2d.same(weights.in("conv_out"), finest, config.outChannels(), 3);
        this.weights = weights.stored();
        type = weights.type();
    }

    /**
     * Computes those parts of the conditioning that do not change between steps.
     *
     * @param adaptation adapters of the rows, which must be the same in every step
     * @return the prepared conditioning, attached to the context's manager
     */
    public PreparedConditioning prepare(Conditioning conditioning, Adaptation adaptation) {
        return PreparedConditioning.of(attentions(), timeEmbedding, type, conditioning, adaptation);
    }

    private Stream<SpatialTransformer> attentions() {
        Stream<SpatialTransformer> down = downBlocks.stream().flatMap(block -> block.attentions().stream());
        Stream<SpatialTransformer> up = upBlocks.stream().flatMap(block -> block.attentions().stream());
        return Stream.concat(Stream.concat(down, Stream.of(midBlock.attention())), up);
    }

    /**
     * Evaluates the network.
     *
     * @param sample latents (N, C, H, W), scaled as {@code Sampler.modelInput} returns them
     * @param timesteps timestep of each row
     * @param text prepared conditioning of the rows
     * @param adaptation adapters of the rows
     * @return the prediction (N, C, H, W), in the data type of the sample and attached to its manager
     */
    public NDArray forward(NDArray sample, double[] timesteps, PreparedConditioning text, Adaptation adaptation) {
        return forward(sample, timesteps, text, adaptation, List.of());
    }

    /**
     * Like {@link #forward(NDArray, double[], PreparedConditioning, Adaptation)}, with the results of ControlNets.
     *
     * @param residuals what is added to rows, in this order; several for a row with several ControlNets
     */
    public NDArray forward(
            NDArray sample,
            double[] timesteps,
            PreparedConditioning text,
            Adaptation adaptation,
            List<Residuals> residuals) {
        try (NDManager scope = Scopes.open(sample)) {
            NDArray time = timeEmbedding.forward(timesteps, text.addition(), adaptation, scope);
            NDArray x = convIn.forward(sample.toType(type, false), adaptation);
            Deque<NDArray> skips = new ArrayDeque<>();
            skips.push(x);
            for (DownBlock block : downBlocks) {
                x = block.forward(x, time, text, adaptation, skips);
            }
            x = midBlock.forward(x, time, text, adaptation);
            // After the middle block, because its input is also the last skip connection.
            List<NDArray> inOrder = new ArrayList<>(skips);
            Collections.reverse(inOrder);
            for (Residuals each : residuals) {
                each.addTo(inOrder, x);
            }
            for (UpBlock block : upBlocks) {
                x = block.forward(x, time, text, adaptation, skips);
            }
            NDArray out = convOut.forward(normOut.silu(x), adaptation);
            return scope.ret(out.toType(sample.getDataType(), false));
        }
    }

    public UNetConfig config() {
        return config;
    }

    /** @return the data type of the computation */
    public DataType type() {
        return type;
    }

    /** @return the shapes of all weights, by name, which an adapter must match */
    public Map<String, Shape> weightShapes() {
        return weights.shapes();
    }

    /** @return the weights, for adapters that depend on their values */
    public BaseWeights weights() {
        return weights;
    }
}
