// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An adapter as read from its file, checked against the base.
 *
 * @param updates updates of the UNet, by the layer's name
 * @param textUpdates updates of each text encoder, by the layer's name, up to the last one that the adapter changes
 * @param vectors vectors of an embedding for each text encoder (n, D); empty if the adapter is not an embedding
 */
public record LoraAdapter(Map<String, Update> updates, List<Map<String, Update>> textUpdates, List<Factor> vectors) {

    /**
     * The update of one layer: {@code W = W0 + scale delta}, or with a magnitude, DoRA's {@code W = magnitude (W0 +
     * scale delta) / ||W0 + scale delta||}, where the norm is taken over each output channel.
     *
     * @param scale alpha / r
     * @param delta change of the weights
     * @param magnitude norm of each output channel's weights (out); null without DoRA
     * @see <a href="https://arxiv.org/abs/2402.09353">Liu et al. 2024, DoRA</a>
     */
    public record Update(
            double scale, Delta delta, @Nullable Factor magnitude) {

        /** @return a LoRA update; the shapes of the factors are those of {@link LowRank} */
        public static Update lowRank(double scale, Factor a, Factor b) {
            return new Update(scale, new LowRank(a, b), null);
        }

        /** @throws AdapterException if the update is not LoRA, for example because it has a magnitude */
        public LowRank requireLowRank(String layer) {
            if (magnitude == null && delta instanceof LowRank lowRank) {
                return lowRank;
            }
            throw new AdapterException(
                    "layer " + layer + ": expected LoRA, found " + (magnitude == null ? "LoHa or LoKr" : "DoRA"));
        }
    }

    /** A change of a layer's weights (out, in), or (out, in, k, k) for a convolution. */
    public sealed interface Delta {
        int rank();
    }

    /**
     * {@code B A}.
     *
     * @param a factor A: (r, in), or (r, in, k, k) for a convolution
     * @param b factor B: (out, r)
     */
    public record LowRank(Factor a, Factor b) implements Delta {
        @Override
        public int rank() {
            return (int) a.shape().get(0);
        }
    }

    /** LoHa's elementwise product of two low-rank matrices. */
    public record Hadamard(LowRank first, LowRank second) implements Delta {
        @Override
        public int rank() {
            return first.rank();
        }
    }

    /**
     * LoKr's Kronecker product: out = p m and in = q n.
     *
     * @param rank rank r of the factors in the file
     * @param outer outer factor (p, q)
     * @param inner inner factor: (m, n), or (m, n, k, k) for a convolution
     */
    public record Kronecker(int rank, Factor outer, Factor inner) implements Delta {}

    /**
     * The values of a factor, or of an embedding's vectors.
     *
     * @param shape shape of the factor
     * @param values values in row-major order; for a float32 file, a view of its bytes
     */
    public record Factor(Shape shape, FloatBuffer values) {}

    public LoraAdapter {
        updates = Map.copyOf(updates);
        int changed = textUpdates.size();
        while (changed > 0 && textUpdates.get(changed - 1).isEmpty()) {
            changed--;
        }
        textUpdates = textUpdates.subList(0, changed).stream().map(Map::copyOf).toList();
        vectors = List.copyOf(vectors);
    }

    /** Creates an adapter that is not an embedding. */
    public LoraAdapter(Map<String, Update> updates, List<Map<String, Update>> textUpdates) {
        this(updates, textUpdates, List.of());
    }

    /** Creates an adapter for the UNet alone. */
    public LoraAdapter(Map<String, Update> updates) {
        this(updates, List.of());
    }

    /** @return the largest rank of any layer */
    public int rank() {
        return Stream.concat(Stream.of(updates), textUpdates.stream())
                .flatMap(part -> part.values().stream())
                .mapToInt(update -> update.delta().rank())
                .max()
                .orElse(0);
    }
}
