// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import io.lorafleet.diffusion.lora.LoraAdapter;
import io.lorafleet.diffusion.nn.Adaptation;
import io.lorafleet.diffusion.nn.Conv2d;
import io.lorafleet.diffusion.nn.Functions;
import io.lorafleet.diffusion.nn.Scopes;
import io.lorafleet.diffusion.unet.UNet;
import io.lorafleet.distillation.tensor.Gradients;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A LoRA student: the frozen weights W0 of the base, with two trained factors in some layers, {@code W = W0 + scale B
 * A}.
 *
 * @see <a href="https://arxiv.org/abs/2106.09685">Hu et al. 2021</a>
 */
public final class LoraStudent implements Student {
    private static final Shape STRIDE = new Shape(1, 1);
    private static final Shape PADDING = new Shape(0, 0);

    private final UNet unet;
    private final NDManager owner;
    private final Map<String, Factors> layers = new LinkedHashMap<>();
    private final Map<String, NDArray> parameters = new LinkedHashMap<>();

    /**
     * The trained factors of a layer. They apply to all rows and require two matrix products per layer.
     *
     * @param a (r, in) or (r, in, k, k)
     * @param b (out, r) or (out, r, 1, 1)
     */
    private record Factors(int rank, double scale, NDArray a, NDArray b) implements Adaptation.LayerUpdate {

        @Override
        public NDArray addTo(NDArray y, NDArray x) {
            try (NDManager scope = Scopes.open(x, y)) {
                NDArray low = Linear.linear(x, a).singletonOrThrow();
                NDArray update = Linear.linear(Functions.times(low, scale), b).singletonOrThrow();
                return scope.ret(y.addi(update));
            }
        }

        @Override
        public NDArray addTo(NDArray y, NDArray x, Conv2d layer) {
            try (NDManager scope = Scopes.open(x, y)) {
                NDArray low = Functions.times(layer.convolve(x, a, null, 1), scale);
                NDArray update = ai.djl.nn.convolutional.Conv2d.conv2d(low, b, null, STRIDE, PADDING, STRIDE, 1)
                        .singletonOrThrow();
                return scope.ret(y.addi(update));
            }
        }
    }

    private LoraStudent(UNet unet, NDManager parent) {
        this.unet = unet;
        this.owner = parent.newSubManager();
    }

    /**
     * Creates a student with the same predictions as the base: B is zero, and A is initialized from the same uniform
     * distribution as in PEFT.
     *
     * @param alpha numerator of the scale, which is alpha / rank
     * @param seed seed for the random numbers
     * @return a student that the caller must close
     */
    public static LoraStudent begin(
            UNet unet, TargetModules targets, int rank, double alpha, long seed, NDManager parent) {
        LoraStudent student = new LoraStudent(unet, parent);
        SplittableRandom random = new SplittableRandom(seed);
        for (String layer : targets.layers(unet.weightShapes())) {
            Shape weight = Objects.requireNonNull(
                    unet.weightShapes().get(layer + ".weight"), "TargetModules returned a layer that does not exist");
            Shape in = weight.slice(1);
            float[] a = new float[Math.toIntExact(rank * in.size())];
            // The Kaiming bound for a negative slope of sqrt(5), the default of PyTorch's layers.
            double bound = 1 / Math.sqrt(in.size());
            for (int i = 0; i < a.length; i++) {
                a[i] = (float) random.nextDouble(-bound, bound);
            }
            float[] b = new float[Math.toIntExact(weight.get(0) * rank)];
            student.add(
                    layer,
                    rank,
                    alpha / rank,
                    student.owner.create(a, new Shape(rank).addAll(in)),
                    student.owner.create(b, outer(weight.get(0), rank, weight.dimension() == 4)));
        }
        return student;
    }

    /**
     * Creates a student from an adapter, with its ranks and scales.
     *
     * @return a student that the caller must close
     * @throws io.lorafleet.diffusion.lora.AdapterException if an update is not LoRA
     */
    public static LoraStudent from(LoraAdapter adapter, UNet unet, NDManager parent) {
        LoraStudent student = new LoraStudent(unet, parent);
        new TreeMap<>(adapter.updates()).forEach((layer, update) -> {
            LoraAdapter.LowRank lowRank = update.requireLowRank(layer);
            Shape a = lowRank.a().shape();
            student.add(
                    layer,
                    lowRank.rank(),
                    update.scale(),
                    student.owner.create(numbers(lowRank.a()), a),
                    student.owner.create(
                            numbers(lowRank.b()),
                            outer(lowRank.b().shape().get(0), lowRank.rank(), a.dimension() == 4)));
        });
        return student;
    }

    private static float[] numbers(LoraAdapter.Factor factor) {
        float[] numbers = new float[Math.toIntExact(factor.shape().size())];
        factor.values().duplicate().get(numbers);
        return numbers;
    }

    private static Shape outer(long out, long rank, boolean convolution) {
        return convolution ? new Shape(out, rank, 1, 1) : new Shape(out, rank);
    }

    /** Copies the arrays, because arrays that DJL creates can share memory with Java buffers. */
    private void add(String layer, int rank, double scale, NDArray a, NDArray b) {
        try (a;
                b) {
            Factors factors = new Factors(rank, scale, trainable(a), trainable(b));
            layers.put(layer, factors);
            parameters.put(layer + ".lora_A.weight", factors.a());
            parameters.put(layer + ".lora_B.weight", factors.b());
        }
    }

    private static NDArray trainable(NDArray source) {
        NDArray array = source.duplicate();
        array.setRequiresGradient(true);
        return array;
    }

    @Override
    public UNet unet() {
        return unet;
    }

    @Override
    public Adaptation adaptation() {
        return layers::get;
    }

    @Override
    public Map<String, NDArray> parameters() {
        return parameters;
    }

    /** @param numbers values of all parameters, by name */
    public void set(Map<String, float[]> numbers) {
        Gradients.unrecorded(() -> parameters.forEach((name, parameter) -> {
            try (NDArray source = owner.create(numbers.get(name), parameter.getShape())) {
                source.copyTo(parameter);
            }
        }));
    }

    /**
     * Creates an adapter from the parameters' values.
     *
     * @param values values of all parameters, by name (for example, their moving averages)
     * @return an adapter with copies of the values
     */
    public LoraAdapter adapter(Map<String, NDArray> values) {
        Map<String, LoraAdapter.Update> updates = new LinkedHashMap<>();
        layers.forEach((layer, factors) -> updates.put(
                layer,
                LoraAdapter.Update.lowRank(
                        factors.scale(),
                        factor(factors.a().getShape(), values.get(layer + ".lora_A.weight")),
                        factor(factors.b().getShape().slice(0, 2), values.get(layer + ".lora_B.weight")))));
        return new LoraAdapter(updates);
    }

    private static LoraAdapter.Factor factor(Shape shape, @Nullable NDArray values) {
        return new LoraAdapter.Factor(
                shape,
                FloatBuffer.wrap(Objects.requireNonNull(values, "a parameter has no values")
                        .toFloatArray()));
    }

    @Override
    public void close() {
        owner.close();
    }
}
