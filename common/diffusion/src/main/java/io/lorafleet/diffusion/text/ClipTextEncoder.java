// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.text;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.core.Embedding;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Attention;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.LayerNorm;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.diffusion.weights.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * CLIP's text transformer: token and position embeddings, then layers with causal attention.
 *
 * @see "transformers models/clip/modeling_clip.py; Radford et al. 2021"
 */
public final class ClipTextEncoder {
    private final NDArray tokenEmbedding;
    private final NDArray positionEmbedding;
    private final List<Layer> layers;
    private final LayerNorm finalNorm;
    private final @Nullable Linear projection;
    private final NDArray causalMask;
    private final int endToken;
    private final ClipTextConfig config;
    private final BaseWeights weights;

    /** @param owner manager that owns the causal mask */
    public ClipTextEncoder(ClipTextConfig config, Weights weights, NDManager owner) {
        this.config = config;
        int width = config.width();
        // Checkpoints written by transformers before version 5 have the prefix "text_model".
        Weights root = weights.has("text_model.final_layer_norm.weight") ? weights.in("text_model") : weights;
        Weights embeddings = root.in("embeddings");
        tokenEmbedding = embeddings.get("token_embedding.weight", config.vocabulary(), width);
        positionEmbedding = embeddings.get("position_embedding.weight", config.length(), width);
        layers = new ArrayList<>();
        for (int i = 0; i < config.layers(); i++) {
            layers.add(new Layer(config, root.in("encoder.layers", i)));
        }
        finalNorm = new LayerNorm(root.in("final_layer_norm"), width, config.normEpsilon());
        projection = weights.has("text_projection.weight")
                ? Linear.withoutBias(weights.in("text_projection"), width, config.projectionWidth())
                : null;
        causalMask = causalMask(config.length(), owner);
        endToken = config.endToken();
        this.weights = weights.stored();
    }

    public ClipTextConfig config() {
        return config;
    }

    /** @return the weights, as adapters need them */
    public BaseWeights weights() {
        return weights;
    }

    /** @return the number of layers */
    public int layers() {
        return layers.size();
    }

    /** @return the number of tokens that have an embedding */
    public long vocabularySize() {
        return tokenEmbedding.getShape().get(0);
    }

    /**
     * @param tokenIds token ids (N, S), int64, where S is the number of tokens per prompt
     * @param vectors vectors that replace the embeddings of tokens
     * @param clipSkip number of layers at the end whose output is not used for the hidden states, 0 to {@link #layers};
     *     the pooled states always come from the last layer
     * @param adaptation updates of the rows
     * @return the states, attached to the token ids' manager
     */
    TextStates encode(NDArray tokenIds, List<TokenVectors> vectors, int clipSkip, Adaptation adaptation) {
        try (NDManager scope = Scopes.open(tokenIds)) {
            NDArray x = embedded(tokenIds, vectors).add(positionEmbedding);
            List<NDArray> hidden = new ArrayList<>(List.of(x)); // before the first layer, then after each layer
            for (Layer layer : layers) {
                x = layer.forward(x, causalMask, adaptation);
                hidden.add(x);
            }
            int used = layers.size() - clipSkip;
            NDArray last = finalNorm.forward(hidden.get(used));
            NDArray pooled = pool(clipSkip == 0 ? last : finalNorm.forward(x), tokenIds);
            NDArray embeds = projection == null ? null : scope.ret(projection.forward(pooled, adaptation));
            NDList states = scope.ret(new NDList(last, hidden.get(Math.max(0, used - 1)), pooled));
            return new TextStates(states.get(0), states.get(1), states.get(2), embeds);
        }
    }

    /** @return the embedding of each token (N, S, D) */
    private NDArray embedded(NDArray tokenIds, List<TokenVectors> vectors) {
        NDArray tokens = Embedding.embedding(tokenIds, tokenEmbedding, SparseFormat.DENSE)
                .singletonOrThrow();
        for (TokenVectors each : vectors) {
            int end = each.position() + each.count();
            tokens.set(
                    new NDIndex(each.row() + ", " + each.position() + ":" + end),
                    each.vectors().get(new NDIndex("0:" + each.count())));
        }
        return tokens;
    }

    /** @return the state at each prompt's first end token (N, D) */
    private NDArray pool(NDArray states, NDArray tokenIds) {
        // Old configs wrongly contain 2. The end token is then found as the token with the largest id.
        NDArray ends = endToken == 2
                ? tokenIds.argMax(1)
                : tokenIds.eq(endToken).toType(tokenIds.getDataType(), false).argMax(1);
        long[] positions = ends.toLongArray();
        NDList pooled = new NDList();
        for (int row = 0; row < positions.length; row++) {
            pooled.add(states.get(row, positions[row]));
        }
        return NDArrays.stack(pooled);
    }

    /** @return a mask (S, S): 0 for the token itself and earlier tokens, minus infinity for later tokens */
    private static NDArray causalMask(int length, NDManager owner) {
        float[] mask = new float[length * length];
        for (int i = 0; i < length; i++) {
            for (int j = i + 1; j < length; j++) {
                mask[i * length + j] = Float.NEGATIVE_INFINITY;
            }
        }
        return owner.create(mask, new Shape(length, length));
    }

    /** One pre-norm transformer layer. */
    private static final class Layer {
        private final int heads;
        private final UnaryOperator<NDArray> activation;
        private final LayerNorm norm1;
        private final Linear q;
        private final Linear k;
        private final Linear v;
        private final Linear out;
        private final LayerNorm norm2;
        private final Linear up;
        private final Linear down;

        Layer(ClipTextConfig config, Weights weights) {
            int width = config.width();
            int inner = config.inner();
            double epsilon = config.normEpsilon();
            heads = config.heads();
            activation = config.quickGelu() ? Functions::quickGelu : Functions::gelu;
            norm1 = new LayerNorm(weights.in("layer_norm1"), width, epsilon);
            Weights attention = weights.in("self_attn");
            q = Linear.of(attention.in("q_proj"), width, width);
            k = Linear.of(attention.in("k_proj"), width, width);
            v = Linear.of(attention.in("v_proj"), width, width);
            out = Linear.of(attention.in("out_proj"), width, width);
            norm2 = new LayerNorm(weights.in("layer_norm2"), width, epsilon);
            up = Linear.of(weights.in("mlp.fc1"), width, inner);
            down = Linear.of(weights.in("mlp.fc2"), inner, width);
        }

        NDArray forward(NDArray x, NDArray mask, Adaptation adaptation) {
            NDArray h = norm1.forward(x);
            NDArray mixed = Attention.attend(
                    q.forward(h, adaptation), k.forward(h, adaptation), v.forward(h, adaptation), heads, mask);
            h = x.add(out.forward(mixed, adaptation));
            NDArray inner = activation.apply(up.forward(norm2.forward(h), adaptation));
            return h.add(down.forward(inner, adaptation));
        }
    }
}
