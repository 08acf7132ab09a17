// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.unet;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.Linear;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.weights.Weights;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Embeds each row's timestep, and SDXL's additional conditioning, in one vector. */
final class TimeEmbedding {
    private final SinusoidalEmbedding timeWaves;
    private final TwoLayers time;
    private final @Nullable Addition addition;
    private final int width;
    private final DataType type;
    private final boolean recordsGradients;
    /** Cached embeddings by timestep; empty while gradients are recorded. */
    private final Map<Double, float[]> cache = new LruCache();

    /** Used for SDXL only. */
    private record Addition(SinusoidalEmbedding sizeWaves, TwoLayers layers) {}

    /** @param weights weights of the UNet */
    TimeEmbedding(UNetConfig config, Weights weights) {
        int finest = config.channels().get(0);
        UNetConfig.Addition added = config.addition();
        width = config.timeWidth();
        type = weights.type();
        timeWaves = new SinusoidalEmbedding(finest, config);
        time = new TwoLayers(finest, width, weights.in("time_embedding"));
        addition = added == null
                ? null
                : new Addition(
                        new SinusoidalEmbedding(added.sizeWidth(), config),
                        new TwoLayers(added.width(), width, weights.in("add_embedding")));
        recordsGradients = weights.use().recordsGradients();
    }

    /**
     * @return the vector to add to each row's embedding (N, time width), attached to the context's manager; null for
     *     models other than SDXL
     */
    @Nullable
    NDArray addition(Conditioning conditioning, Adaptation adaptation) {
        if (addition == null) {
            return null;
        }
        NDArray pooled = Objects.requireNonNull(conditioning.pooled(), "the SDXL conditioning has no pooled embedding");
        NDArray sizeValues = Objects.requireNonNull(conditioning.sizes(), "the SDXL conditioning has no sizes");
        try (NDManager scope = Scopes.open(conditioning.context())) {
            float[] embedding = addition.sizeWaves()
                    .of(sizeValues.toType(DataType.FLOAT32, false).toFloatArray());
            long rows = conditioning.context().getShape().get(0);
            NDArray sizes = scope.create(embedding, new Shape(rows, embedding.length / rows));
            scope.tempAttachAll(pooled);
            NDArray added = pooled.toType(DataType.FLOAT32, false).concat(sizes, 1);
            return scope.ret(addition.layers().forward(added.toType(type, false), adaptation));
        }
    }

    /**
     * @param timesteps timestep of each row
     * @param addition result of {@link #addition}
     * @param scope manager that owns the result
     * @return embeddings (N, time width), already activated, because otherwise every block would have to apply the
     *     activation
     */
    NDArray forward(double[] timesteps, @Nullable NDArray addition, Adaptation adaptation, NDManager scope) {
        boolean cacheable = !recordsGradients && !time.adapted(adaptation);
        NDArray embedded = cacheable ? cached(timesteps, scope) : computed(timesteps, adaptation, scope);
        return Functions.silu(addition == null ? embedded : embedded.add(addition));
    }

    private NDArray cached(double[] timesteps, NDManager scope) {
        float[] rows = new float[timesteps.length * width];
        for (int row = 0; row < timesteps.length; row++) {
            float[] one = cache.computeIfAbsent(timesteps[row], timestep -> {
                try (NDManager inner = scope.newSubManager()) {
                    return computed(new double[] {timestep}, Adaptation.NONE, inner)
                            .toType(DataType.FLOAT32, false)
                            .toFloatArray();
                }
            });
            System.arraycopy(one, 0, rows, row * width, width);
        }
        return scope.create(rows, new Shape(timesteps.length, width)).toType(type, false);
    }

    private NDArray computed(double[] timesteps, Adaptation adaptation, NDManager scope) {
        float[] numbers = new float[timesteps.length];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = (float) timesteps[i];
        }
        float[] embedding = timeWaves.of(numbers);
        NDArray lent = scope.create(embedding, new Shape(numbers.length, embedding.length / numbers.length));
        // A copy, because a backward pass may read the array after the JVM has freed the original.
        return time.forward(lent.toType(type, false).duplicate(), adaptation);
    }

    /** An LRU cache, bounded because some samplers use fractional timesteps. */
    private static final class LruCache extends LinkedHashMap<Double, float[]> {
        private static final long serialVersionUID = 1;
        private static final int MOST = 1000;

        LruCache() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Double, float[]> eldest) {
            return size() > MOST;
        }
    }

    private static final class TwoLayers {
        private final Linear linear1;
        private final Linear linear2;

        TwoLayers(int in, int out, Weights weights) {
            linear1 = Linear.of(weights.in("linear_1"), in, out);
            linear2 = Linear.of(weights.in("linear_2"), out, out);
        }

        NDArray forward(NDArray x, Adaptation adaptation) {
            return linear2.forward(Functions.silu(linear1.forward(x, adaptation)), adaptation);
        }

        boolean adapted(Adaptation adaptation) {
            return adaptation.update(linear1.name()) != null || adaptation.update(linear2.name()) != null;
        }
    }
}
