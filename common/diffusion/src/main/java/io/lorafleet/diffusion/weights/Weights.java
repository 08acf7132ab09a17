// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The weights of one part of a model while that part is being constructed. Layers request their tensors by name and
 * expected shape within a scope.
 */
public final class Weights {
    private final Whole whole;
    private final String scope;
    private final Use use;

    /** The uses of weights. */
    public enum Use {
        /** The weights are trained: each is a copy that requires gradients. */
        LEARNING,
        /** The weights are fixed, and gradients flow through the layers. */
        TRAINING,
        /** No gradients: layers may pack the weights for the processor. */
        INFERENCE,
        /**
         * Like {@link #INFERENCE}, but layers may round the weights to bfloat16, which has float32's range and 8 bits
         * of precision.
         */
        ROUNDED_INFERENCE;

        /**
         * @return whether gradients are recorded, in which case layers must not precompute anything from the weights
         */
        public boolean recordsGradients() {
            return this == LEARNING || this == TRAINING;
        }
    }

    /**
     * The state shared by all scopes.
     *
     * @param random whether tensors are random instead of being read from files
     * @param holders file of each tensor, by name
     * @param taken shapes of the requested tensors, by name
     * @param learning trained tensors, by name
     * @param memory memory shared by the arrays that {@link #lend} returns
     */
    private record Whole(
            String part,
            DataType type,
            NDManager owner,
            boolean random,
            Map<String, Safetensors> holders,
            Map<String, Shape> taken,
            Map<String, NDArray> learning,
            ScratchMemory memory) {}

    private Weights(Whole whole, String scope, Use use) {
        this.whole = whole;
        this.scope = scope;
        this.use = use;
    }

    /**
     * @param part name of the part in error messages, such as {@code unet}
     * @param files weight files of the part
     * @param type data type of the arrays
     * @param owner manager that owns the arrays
     */
    public Weights(String part, List<Safetensors> files, DataType type, NDManager owner) {
        this(
                new Whole(
                        part,
                        type,
                        owner,
                        false,
                        PipelineFolder.byName(files),
                        new LinkedHashMap<>(),
                        new LinkedHashMap<>(),
                        new ScratchMemory()),
                "",
                Use.TRAINING);
    }

    /** Creates random weights of any requested shape, for benchmarks that do not use a model. */
    public static Weights random(String part, DataType type, NDManager owner) {
        return new Weights(
                new Whole(
                        part,
                        type,
                        owner,
                        true,
                        Map.of(),
                        new LinkedHashMap<>(),
                        new LinkedHashMap<>(),
                        new ScratchMemory()),
                "",
                Use.TRAINING);
    }

    /** @return the scope of the weights whose names start with {@code name} and a dot */
    public Weights in(String name) {
        return new Weights(whole, scope + name + ".", use);
    }

    public Weights in(String name, int index) {
        return in(name + "." + index);
    }

    /** @return the same weights for another use; the default is {@link Use#TRAINING} */
    public Weights withUse(Use other) {
        return new Weights(whole, scope, other);
    }

    public Use use() {
        return use;
    }

    /** @return the data type of the arrays */
    public DataType type() {
        return whole.type();
    }

    /** @return the device of the arrays */
    public Device device() {
        return whole.owner().getDevice();
    }

    /** @return the scope without its trailing dot, which is the layer's name */
    public String layer() {
        return scope.substring(0, scope.length() - 1);
    }

    public boolean has(String name) {
        return whole.holders().containsKey(scope + name);
    }

    /**
     * @return the tensor with this name in this scope
     * @throws ModelFileException if the tensor is missing or has a different shape
     */
    public NDArray get(String name, long... shape) {
        String full = scope + name;
        NDArray array = random(full, shape)
                ? random(new Shape(shape))
                : holder(full, shape).read(full, whole.type(), whole.owner());
        return use == Use.LEARNING ? learning(full, array) : array;
    }

    /** Copies the array, because the file's mapped pages are read-only. */
    private NDArray learning(String full, NDArray lent) {
        try (lent) {
            NDArray array = lent.duplicate();
            array.setRequiresGradient(true);
            whole.learning().put(full, array);
            return array;
        }
    }

    /** @return the trained tensors of all scopes, by name */
    public Map<String, NDArray> learning() {
        return Collections.unmodifiableMap(whole.learning());
    }

    /** Like {@link #get}, for a layer that copies the array and closes it before the next call. */
    public NDArray lend(String name, long... shape) {
        String full = scope + name;
        if (random(full, shape)) {
            return random(new Shape(shape));
        }
        return holder(full, shape).readInto(whole.memory(), full, whole.type(), whole.owner());
    }

    /**
     * Records that a tensor was requested.
     *
     * @return whether the tensor is random instead of being read from a file
     */
    private boolean random(String full, long... shape) {
        whole.taken().put(full, new Shape(shape));
        return whole.random();
    }

    private Safetensors holder(String full, long... shape) {
        Shape expected = new Shape(shape);
        Safetensors holder = whole.holders().get(full);
        if (holder == null) {
            throw new ModelFileException(
                    whole.part() + ": tensor " + full + ": expected " + expected + ", found no such tensor");
        }
        if (!holder.shape(full).equals(expected)) {
            throw new ModelFileException(
                    holder.name() + ": tensor " + full + ": expected " + expected + ", found " + holder.shape(full));
        }
        return holder;
    }

    /** Scales random weights so that activations neither vanish nor overflow across many layers. */
    private NDArray random(Shape shape) {
        double fanIn = Math.max(1, (double) shape.size() / shape.get(0));
        float deviation = (float) (1 / Math.sqrt(fanIn));
        NDArray normal = whole.owner().randomNormal(0, deviation, shape, DataType.FLOAT32);
        if (whole.type() == DataType.FLOAT32) {
            return normal;
        }
        try (normal) {
            return normal.toType(whole.type(), true);
        }
    }

    /** @return the shapes of all requested tensors, over all scopes, by name */
    public Map<String, Shape> taken() {
        return Map.copyOf(whole.taken());
    }

    /** @return the requested tensors, over all scopes, which can be read from their files again */
    public BaseWeights stored() {
        return new BaseWeights(whole.taken(), whole.holders());
    }

    /**
     * @return the names of the tensors that no scope has requested; such tensors indicate that the config does not
     *     match the weights
     */
    public TreeSet<String> unused() {
        TreeSet<String> unused = new TreeSet<>(whole.holders().keySet());
        unused.removeAll(whole.taken().keySet());
        return unused;
    }
}
