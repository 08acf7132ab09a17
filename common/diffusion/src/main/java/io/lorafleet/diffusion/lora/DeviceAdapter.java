// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/**
 * An adapter in a device's memory: one block that contains all factors, transposed and scaled for use in a batch. A
 * single block can be copied to another device in one operation.
 */
public final class DeviceAdapter implements AutoCloseable {
    private final NDManager owner;
    private final NDArray block;
    private final List<Place> places;
    private final Map<String, Factors> layers = new LinkedHashMap<>();

    /**
     * The factors of one layer.
     *
     * @param rank rank r
     * @param a factor A: (in, r) for a linear layer or a 1x1 convolution, otherwise (r, in, k, k)
     * @param b factor B, multiplied by the adapter's own scale: (r, out) or (out, r)
     */
    record Factors(int rank, NDArray a, NDArray b) {
        boolean matrices() {
            return a.getShape().dimension() == 2;
        }

        /** @return the dimension that is the rank in {@code a}; in {@code b}, the rank is the other dimension */
        int rankAxis() {
            return matrices() ? 1 : 0;
        }
    }

    /** The position of a layer's factors in the block: A begins at {@code start}, and B follows. */
    private record Place(String layer, int rank, int start, Shape a, Shape b) {

        static Place of(String layer, Update update, int start) {
            Shape a = update.a().shape();
            Shape b = update.b().shape();
            boolean matrix = a.dimension() == 2 || a.get(2) == 1 && a.get(3) == 1;
            return matrix
                    ? new Place(layer, update.rank(), start, transposed(a), transposed(b))
                    : new Place(layer, update.rank(), start, a, b);
        }

        private static Shape transposed(Shape shape) {
            return new Shape(shape.get(1), shape.get(0));
        }

        boolean matrices() {
            return a.dimension() == 2;
        }

        int middle() {
            return start + (int) a.size();
        }

        int end() {
            return middle() + (int) b.size();
        }
    }

    /** @param block array of all factors, owned by {@code owner} */
    private DeviceAdapter(NDManager owner, NDArray block, List<Place> places) {
        this.owner = owner;
        this.block = block;
        this.places = places;
    }

    /**
     * Places an adapter on a device.
     *
     * @param adapter adapter as read from its file
     * @param type data type of the UNet
     * @param parent manager whose device is used; a sub-manager owns the factors
     * @return the adapter, to be closed by the caller
     * @throws AdapterException if the adapter needs 2 GiB or more in float32
     */
    public static DeviceAdapter of(LoraAdapter adapter, DataType type, NDManager parent) {
        List<Place> places = places(adapter);
        NDManager owner = parent.newSubManager();
        try (NDManager scope = owner.newSubManager(Device.cpu())) {
            NDArray block = scope.create(new Shape(places.get(places.size() - 1).end()));
            write(adapter, places, block.toByteBuffer(true).asFloatBuffer());
            NDArray deviceAdapter = block.toType(type, false).toDevice(owner.getDevice(), false);
            deviceAdapter.attach(owner);
            return new DeviceAdapter(owner, deviceAdapter, places);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    private static List<Place> places(LoraAdapter adapter) {
        List<Place> places = new ArrayList<>();
        int end = 0;
        for (Map.Entry<String, Update> each : adapter.updates().entrySet()) {
            Update update = each.getValue();
            long bytes = (end + update.a().shape().size() + update.b().shape().size()) * Float.BYTES;
            if (bytes > Integer.MAX_VALUE) {
                throw new AdapterException("expected an adapter smaller than 2 GiB in float32, found a larger one");
            }
            Place place = Place.of(each.getKey(), update, end);
            places.add(place);
            end = place.end();
        }
        return places;
    }

    /** Writes all factors. Transposing accounts for most of the time, so it runs in parallel. */
    private static void write(LoraAdapter adapter, List<Place> places, FloatBuffer block) {
        int writers = Runtime.getRuntime().availableProcessors();
        IntStream.range(0, writers).parallel().forEach(first -> {
            FactorWriter writer = new FactorWriter(block);
            for (int i = first; i < places.size(); i += writers) {
                Place place = places.get(i);
                Update update =
                        Objects.requireNonNull(adapter.updates().get(place.layer()), "no update for this layer");
                writer.write(update.a(), place.matrices(), 1, place.start());
                writer.write(update.b(), place.matrices(), (float) update.scale(), place.middle());
            }
        });
    }

    /**
     * Copies the adapter to another device. On the same device, the copy shares this adapter's memory, which is freed
     * once both are closed.
     *
     * @param parent manager whose device is used; a sub-manager owns the copy
     * @return the copy, to be closed by the caller
     */
    public DeviceAdapter copyTo(NDManager parent) {
        NDManager target = parent.newSubManager();
        try {
            boolean samePlace = target.getDevice().equals(block.getDevice());
            NDArray copy = samePlace ? block.reshape(block.getShape()) : block.toDevice(target.getDevice(), true);
            copy.attach(target);
            return new DeviceAdapter(target, copy, places);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    /** @return the factors by layer, created on the first call because an adapter in host memory does not need them */
    synchronized Map<String, Factors> layers() {
        if (layers.isEmpty()) {
            NDList factors = block.split(cuts());
            factors.attach(owner);
            for (int i = 0; i < places.size(); i++) {
                Place place = places.get(i);
                NDArray a = factors.get(2 * i).reshape(place.a());
                NDArray b = factors.get(2 * i + 1).reshape(place.b());
                layers.put(place.layer(), new Factors(place.rank(), a, b));
            }
        }
        return layers;
    }

    /** @return the end position of each factor except the last */
    private long[] cuts() {
        return places.stream()
                .flatMapToLong(place -> LongStream.of(place.middle(), place.end()))
                .limit(2 * places.size() - 1)
                .toArray();
    }

    /** @return the block's size, in bytes */
    public long bytes() {
        return block.size() * block.getDataType().getNumOfBytes();
    }

    /** Frees the factors. */
    @Override
    public void close() {
        owner.close();
    }
}
