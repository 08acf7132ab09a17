// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.Hadamard;
import io.lorafleet.diffusion.lora.LoraAdapter.Kronecker;
import io.lorafleet.diffusion.lora.LoraAdapter.LowRank;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.BaseWeights;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's updates of one part of the model, in a device's memory: one block that contains all factors, transposed
 * and scaled for use in a batch. A single block can be copied to another device in one operation.
 */
final class DeviceFactors implements AutoCloseable {
    private final NDManager owner;
    private final NDArray block;
    private final List<Place> places;
    private final Map<String, Decomposition> decompositions;
    private final Map<String, Layer> layers = new LinkedHashMap<>();

    /**
     * One layer's update. Exactly one of {@code lowRank} and {@code product} is present.
     *
     * @param decomposition DoRA's scale of the output; null without DoRA
     */
    record Layer(
            @Nullable LowRankFactors lowRank,
            @Nullable WeightProduct product,
            @Nullable Decomposition decomposition) {}

    /**
     * The factors of one layer's low-rank update.
     *
     * @param rank rank r
     * @param a factor A: (in, r) for a linear layer or a 1x1 convolution, otherwise (r, in, k, k)
     * @param b factor B, multiplied by the adapter's own scale: (r, out) or (out, r)
     */
    record LowRankFactors(int rank, NDArray a, NDArray b) {
        boolean matrices() {
            return a.getShape().dimension() == 2;
        }

        /** @return the dimension that is the rank in {@code a}; in {@code b}, the rank is the other dimension */
        int rankAxis() {
            return matrices() ? 1 : 0;
        }
    }

    /** A factor, and how it is written to the block. */
    private record Piece(Factor factor, boolean transpose, double scale) {

        static Piece plain(Factor factor) {
            return new Piece(factor, false, 1);
        }

        Shape shape() {
            Shape shape = factor.shape();
            return transpose ? new Shape(shape.get(1), shape.get(0)) : shape;
        }

        /** @return the factors in the order of {@link Place#layer} */
        static List<Piece> of(Update update) {
            if (update.delta() instanceof LowRank lowRank) {
                Shape a = lowRank.a().shape();
                boolean matrix = a.dimension() == 2 || a.get(2) == 1 && a.get(3) == 1;
                return List.of(new Piece(lowRank.a(), matrix, 1), new Piece(lowRank.b(), matrix, update.scale()));
            }
            if (update.delta() instanceof Hadamard hadamard) {
                return List.of(
                        plain(hadamard.first().a()),
                        new Piece(hadamard.first().b(), false, update.scale()),
                        plain(hadamard.second().a()),
                        plain(hadamard.second().b()));
            }
            Kronecker kronecker = (Kronecker) update.delta();
            return List.of(new Piece(kronecker.outer(), false, update.scale()), plain(kronecker.inner()));
        }
    }

    /**
     * The position of a layer's factors in the block, one after the other.
     *
     * @param kronecker whether two factors are LoKr's instead of low-rank factors
     */
    private record Place(String name, int start, List<Shape> shapes, boolean kronecker) {

        long end() {
            return start + shapes.stream().mapToLong(Shape::size).sum();
        }

        /** @param factors factors of the layer, in the order of {@link #shapes} */
        Layer layer(List<NDArray> factors, @Nullable Decomposition decomposition) {
            if (factors.size() == 4) {
                return new Layer(
                        null,
                        new WeightProduct.Hadamard(factors.get(0), factors.get(1), factors.get(2), factors.get(3)),
                        decomposition);
            }
            NDArray first = factors.get(0);
            if (kronecker) {
                return new Layer(null, new WeightProduct.Kronecker(first, factors.get(1)), decomposition);
            }
            long rank = first.getShape().get(first.getShape().dimension() == 2 ? 1 : 0);
            return new Layer(new LowRankFactors((int) rank, first, factors.get(1)), null, decomposition);
        }
    }

    /** @param block array of all factors, owned by {@code owner} */
    private DeviceFactors(
            NDManager owner, NDArray block, List<Place> places, Map<String, Decomposition> decompositions) {
        this.owner = owner;
        this.block = block;
        this.places = places;
        this.decompositions = decompositions;
    }

    /**
     * Places the updates on a device.
     *
     * @param updates updates, by layer; at least one
     * @param base weights of the part
     * @param type data type of the part
     * @param parent manager whose device is used; a sub-manager owns the factors
     * @return the factors, to be closed by the caller
     * @throws AdapterException if the updates need 2 GiB or more in float32, or the base's values
     */
    static DeviceFactors of(Map<String, Update> updates, BaseWeights base, DataType type, NDManager parent) {
        Map<String, List<Piece>> pieces = new LinkedHashMap<>();
        updates.forEach((layer, update) -> pieces.put(layer, Piece.of(update)));
        List<Place> places = places(updates, pieces);
        NDManager owner = parent.newSubManager();
        try (NDManager scope = owner.newSubManager(Device.cpu())) {
            NDArray block = scope.create(new Shape(places.get(places.size() - 1).end()));
            write(pieces, places, block.toByteBuffer(true).asFloatBuffer());
            Map<String, Decomposition> decompositions = decompositions(updates, base, scope);
            NDArray onDevice = block.toType(type, false).toDevice(owner.getDevice(), false);
            onDevice.attach(owner);
            return new DeviceFactors(owner, onDevice, places, decompositions);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private static Map<String, Decomposition> decompositions(
            Map<String, Update> updates, BaseWeights base, NDManager scope) {
        Map<String, Decomposition> decompositions = new HashMap<>();
        updates.forEach((layer, update) -> {
            if (update.magnitude() != null) {
                decompositions.put(layer, Decomposition.of(layer, update, update.magnitude(), base, scope));
            }
        });
        return decompositions;
    }

    private static List<Place> places(Map<String, Update> updates, Map<String, List<Piece>> pieces) {
        List<Place> places = new ArrayList<>();
        long end = 0;
        for (Map.Entry<String, List<Piece>> layer : pieces.entrySet()) {
            List<Shape> shapes = layer.getValue().stream().map(Piece::shape).toList();
            Update update = updates.get(layer.getKey());
            boolean kronecker = update != null && update.delta() instanceof Kronecker;
            Place place = new Place(layer.getKey(), (int) end, shapes, kronecker);
            end = place.end();
            if (end * Float.BYTES > Integer.MAX_VALUE) {
                throw new AdapterException("expected an adapter smaller than 2 GiB in float32, found a larger one");
            }
            places.add(place);
        }
        return places;
    }

    /** Writes all factors. Transposing accounts for most of the time, so it runs in parallel. */
    private static void write(Map<String, List<Piece>> pieces, List<Place> places, FloatBuffer block) {
        int writers = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, writers).parallel().forEach(first -> {
            FactorWriter writer = new FactorWriter(block);
            for (int i = first; i < places.size(); i += writers) {
                int start = places.get(i).start();
                for (Piece piece : pieces.getOrDefault(places.get(i).name(), List.of())) {
                    writer.write(piece.factor(), piece.transpose(), (float) piece.scale(), start);
                    start += (int) piece.shape().size();
                }
            }
        });
    }

    /**
     * Copies the factors to another device. On the same device, the copy shares this object's memory, which is freed
     * once both are closed.
     *
     * @param parent manager whose device is used; a sub-manager owns the copy
     * @return the copy, to be closed by the caller
     */
    DeviceFactors copyTo(NDManager parent) {
        NDManager target = parent.newSubManager();
        try {
            boolean samePlace = target.getDevice().equals(block.getDevice());
            NDArray copy = samePlace ? block.reshape(block.getShape()) : block.toDevice(target.getDevice(), true);
            copy.attach(target);
            return new DeviceFactors(target, copy, places, decompositions);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    /**
     * @return the updates by layer. They are created on the first call, because an adapter in host memory does not need
     *     them
     */
    synchronized Map<String, Layer> layers() {
        if (layers.isEmpty()) {
            NDList factors = block.split(cuts());
            factors.attach(owner);
            int next = 0;
            for (Place place : places) {
                List<NDArray> own = new ArrayList<>();
                for (Shape shape : place.shapes()) {
                    own.add(factors.get(next++).reshape(shape));
                }
                layers.put(place.name(), place.layer(own, decompositions.get(place.name())));
            }
        }
        return layers;
    }

    /** @return the end position of each factor except the last */
    private long[] cuts() {
        List<Long> ends = new ArrayList<>();
        long end = 0;
        for (Place place : places) {
            for (Shape shape : place.shapes()) {
                end += shape.size();
                ends.add(end);
            }
        }
        return ends.stream().mapToLong(Long::longValue).limit(ends.size() - 1).toArray();
    }

    /** @return the size, in bytes */
    long bytes() {
        return block.size() * block.getDataType().getNumOfBytes()
                + decompositions.values().stream()
                        .mapToLong(Decomposition::bytes)
                        .sum();
    }

    /** Frees the factors. */
    @Override
    public void close() {
        owner.close();
    }
}
