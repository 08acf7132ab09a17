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
 * The weights of one part of a model while it is built: layers ask for their tensors by name, within a scope, and say
 * the shape that they expect.
 */
public final class Weights {
    private final Whole whole;
    private final String scope;
    private final Use use;

    /** What layers may do with the weights. */
    public enum Use {
        /** They learn: each is a copy of the file's, for which gradients are kept. */
        LEARNING,
        /** Gradients go through them: they stay as they are. */
        TRAINING,
        /** They may be laid out anew for the processor. */
        INFERENCE,
        /** And may be rounded to bfloat16, which has float32's range and 8 bits of precision. */
        ROUNDED_INFERENCE;

        /** @return whether nothing may be computed from them beforehand */
        public boolean recordsGradients() {
            return this == LEARNING || this == TRAINING;
        }
    }

    /**
     * What all scopes share.
     *
     * @param drawn whether every tensor is drawn, and none is read
     * @param holders by name
     * @param learning those that learn
     * @param memory that lent arrays show, one after the other
     */
    private record Whole(
            String part,
            DataType type,
            NDManager owner,
            boolean drawn,
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
     * @param part for messages, such as {@code unet}
     * @param type of the arrays
     * @param owner closes the arrays
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

    /** Weights of any shape that is asked for, drawn at random: to measure a model without having one. */
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

    /** @return the weights whose names start with {@code name} and a dot */
    public Weights in(String name) {
        return new Weights(whole, scope + name + ".", use);
    }

    public Weights in(String name, int index) {
        return in(name + "." + index);
    }

    /** @return the same, for another use; by default, it is training */
    public Weights withUse(Use other) {
        return new Weights(whole, scope, other);
    }

    public Use use() {
        return use;
    }

    /** @return the type of the arrays */
    public DataType type() {
        return whole.type();
    }

    /** @return where the arrays are */
    public Device device() {
        return whole.owner().getDevice();
    }

    /** @return the scope without its last dot: the name of the layer that is built from it */
    public String layer() {
        return scope.substring(0, scope.length() - 1);
    }

    public boolean has(String name) {
        return whole.holders().containsKey(scope + name);
    }

    /** @throws ModelFileException if there is no such tensor, or it has another shape */
    public NDArray get(String name, long... shape) {
        String full = scope + name;
        NDArray array = drawn(full, shape)
                ? random(new Shape(shape))
                : holder(full, shape).read(full, whole.type(), whole.owner());
        return use == Use.LEARNING ? learning(full, array) : array;
    }

    /** What is read from a file shows its pages, which cannot be written. */
    private NDArray learning(String full, NDArray lent) {
        try (lent) {
            NDArray array = lent.duplicate();
            array.setRequiresGradient(true);
            whole.learning().put(full, array);
            return array;
        }
    }

    /** @return those that learn, over all scopes, by name; they belong to their owner */
    public Map<String, NDArray> learning() {
        return Collections.unmodifiableMap(whole.learning());
    }

    /** As {@link #get}, for a layer that copies the array, and closes it before another is lent. */
    public NDArray lend(String name, long... shape) {
        String full = scope + name;
        if (drawn(full, shape)) {
            return random(new Shape(shape));
        }
        return holder(full, shape).readInto(whole.memory(), full, whole.type(), whole.owner());
    }

    /** Takes note that the tensor was asked for. @return whether it is drawn, not read */
    private boolean drawn(String full, long... shape) {
        whole.taken().put(full, new Shape(shape));
        return whole.drawn();
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

    /** Small enough that activations neither vanish nor overflow over many layers. */
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

    /** @return names and shapes of all tensors asked for so far, over all scopes */
    public Map<String, Shape> taken() {
        return Map.copyOf(whole.taken());
    }

    /** @return names that nobody asked for, over all scopes: a sign that the config does not fit the weights */
    public TreeSet<String> left() {
        TreeSet<String> left = new TreeSet<>(whole.holders().keySet());
        left.removeAll(whole.taken().keySet());
        return left;
    }
}
