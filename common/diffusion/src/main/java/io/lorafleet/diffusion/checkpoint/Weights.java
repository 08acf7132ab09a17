package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The weights of one part of a model while it is built: layers ask for their tensors by name, within a scope, and say
 * the shape that they expect.
 */
public final class Weights {
    private final String part;
    private final String scope;
    private final NDManager owner;
    private final DataType type;
    /** By name, or null if every tensor is drawn. */
    private final Map<String, Safetensors> holders;

    private final Map<String, Shape> taken;

    private final boolean frozen;

    private Weights(Weights whole, String scope, boolean frozen) {
        this.frozen = frozen;
        this.part = whole.part;
        this.scope = scope;
        this.owner = whole.owner;
        this.type = whole.type;
        this.holders = whole.holders;
        this.taken = whole.taken;
    }

    /**
     * @param part for messages, such as {@code unet}
     * @param type of the arrays
     * @param owner closes the arrays
     */
    public Weights(String part, List<Safetensors> files, DataType type, NDManager owner) {
        this.part = part;
        this.scope = "";
        this.owner = owner;
        this.type = type;
        this.holders = PipelineFolder.byName(files);
        this.taken = new LinkedHashMap<>();
        this.frozen = false;
    }

    private Weights(String part, DataType type, NDManager owner) {
        this.part = part;
        this.scope = "";
        this.owner = owner;
        this.type = type;
        this.holders = null;
        this.taken = new LinkedHashMap<>();
        this.frozen = false;
    }

    /** Weights of any shape that is asked for, drawn at random: to measure a model without having one. */
    public static Weights random(String part, DataType type, NDManager owner) {
        return new Weights(part, type, owner);
    }

    /** @return the weights whose names start with {@code name} and a dot */
    public Weights in(String name) {
        return new Weights(this, scope + name + ".", frozen);
    }

    public Weights in(String name, int index) {
        return in(name + "." + index);
    }

    /** @return the same, for layers that no gradient will go through */
    public Weights forInference() {
        return new Weights(this, scope, true);
    }

    /** @return whether layers may lay out the weights anew, since no gradient will go through them */
    public boolean frozen() {
        return frozen;
    }

    /** @return the type of the arrays */
    public DataType type() {
        return type;
    }

    /** @return the scope without its last dot: the name of the layer that is built from it */
    public String layer() {
        return scope.substring(0, scope.length() - 1);
    }

    public boolean has(String name) {
        return holders != null && holders.containsKey(scope + name);
    }

    /** @throws CheckpointException if there is no such tensor, or it has another shape */
    public NDArray get(String name, long... shape) {
        String full = scope + name;
        Shape expected = new Shape(shape);
        if (holders == null) {
            taken.put(full, expected);
            return drawn(expected);
        }
        Safetensors holder = holders.get(full);
        if (holder == null) {
            throw new CheckpointException(
                    part + ": tensor " + full + ": expected " + expected + ", found no such tensor");
        }
        if (!holder.shape(full).equals(expected)) {
            throw new CheckpointException(
                    holder.name() + ": tensor " + full + ": expected " + expected + ", found " + holder.shape(full));
        }
        taken.put(full, expected);
        return holder.read(full, type, owner);
    }

    /** Small enough that activations neither vanish nor overflow over many layers. */
    private NDArray drawn(Shape shape) {
        double fanIn = Math.max(1, (double) shape.size() / shape.get(0));
        NDArray normal = owner.randomNormal(0, (float) (1 / Math.sqrt(fanIn)), shape, DataType.FLOAT32);
        if (type == DataType.FLOAT32) {
            return normal;
        }
        try (normal) {
            return normal.toType(type, true);
        }
    }

    /** @return names and shapes of all tensors asked for so far, over all scopes */
    public Map<String, Shape> taken() {
        return Map.copyOf(taken);
    }

    /** @return names that nobody asked for, over all scopes: a sign that the config does not fit the weights */
    public TreeSet<String> left() {
        TreeSet<String> left = new TreeSet<>(holders.keySet());
        left.removeAll(taken.keySet());
        return left;
    }
}
