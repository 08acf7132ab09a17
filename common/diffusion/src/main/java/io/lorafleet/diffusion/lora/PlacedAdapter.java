package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An adapter in a device's memory: one block with all its factors, turned and scaled as a batch takes them, so that it
 * moves from one memory to another at once.
 */
public final class PlacedAdapter implements AutoCloseable {
    private final NDManager owner;
    private final NDArray block;
    private final List<Place> places;
    private final Map<String, Factors> layers = new LinkedHashMap<>();

    /**
     * The factors of one layer.
     *
     * @param a (in, r) for a linear layer, (r, in, k, k) for a convolution
     * @param b (r, out) or (out, r), the adapter's own scale multiplied in
     */
    record Factors(int rank, NDArray a, NDArray b) {
        boolean linear() {
            return a.getShape().dimension() == 2;
        }

        /** @return the dimension of a that is the rank; of b it is the other of its two */
        int rankAxis() {
            return linear() ? 1 : 0;
        }
    }

    /** Where a layer's two factors are in the block: they follow each other. */
    private record Place(String layer, int rank, Shape a, Shape b) {}

    /** @param block owned by the owner */
    private PlacedAdapter(NDManager owner, NDArray block, List<Place> places) {
        this.owner = owner;
        this.block = block;
        this.places = places;
        NDList factors = block.split(ends());
        factors.attach(owner);
        for (int i = 0; i < places.size(); i++) {
            Place place = places.get(i);
            layers.put(
                    place.layer(),
                    new Factors(
                            place.rank(),
                            factors.get(2 * i).reshape(place.a()),
                            factors.get(2 * i + 1).reshape(place.b())));
        }
    }

    /** @return where each factor but the last one ends */
    private long[] ends() {
        long[] ends = new long[2 * places.size() - 1];
        long end = 0;
        for (int i = 0; i < ends.length; i++) {
            Place place = places.get(i / 2);
            end += (i % 2 == 0 ? place.a() : place.b()).size();
            ends[i] = end;
        }
        return ends;
    }

    /**
     * @param type that the UNet computes with
     * @param parent of the manager that will own the factors
     * @return to be closed by the caller
     */
    public static PlacedAdapter of(LoraAdapter adapter, DataType type, NDManager parent) {
        List<Place> places = new ArrayList<>();
        long size = adapter.updates().values().stream()
                .mapToLong(
                        update -> update.a().shape().size() + update.b().shape().size())
                .sum();
        float[] all = new float[Math.toIntExact(size)];
        int end = 0;
        for (Map.Entry<String, Update> each : adapter.updates().entrySet()) {
            Update update = each.getValue();
            boolean linear = update.a().shape().dimension() == 2;
            Shape a = write(update.a(), linear, 1, all, end);
            Shape b = write(update.b(), linear, (float) update.scale(), all, end + (int) a.size());
            places.add(new Place(each.getKey(), update.rank(), a, b));
            end += (int) (a.size() + b.size());
        }
        NDManager owner = parent.newSubManager();
        try (NDArray lent = owner.create(all);
                NDArray typed = lent.toType(type, false)) {
            // A copy in any case: what DJL creates shows a buffer of the virtual machine, and is gone with that.
            return new PlacedAdapter(owner, typed.duplicate(), places);
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** @param turned whether rows become columns @return the shape that it has then */
    private static Shape write(Factor factor, boolean turned, float scale, float[] to, int start) {
        float[] values = factor.values();
        if (!turned) {
            for (int i = 0; i < values.length; i++) {
                to[start + i] = scale * values[i];
            }
            return factor.shape();
        }
        int rows = (int) factor.shape().get(0);
        int columns = (int) factor.shape().get(1);
        for (int column = 0; column < columns; column++) {
            for (int row = 0; row < rows; row++) {
                to[start + column * rows + row] = scale * values[row * columns + column];
            }
        }
        return new Shape(columns, rows);
    }

    /**
     * @param parent of the manager that will own the copy, on its device
     * @return to be closed by the caller
     */
    public PlacedAdapter copyTo(NDManager parent) {
        NDManager target = parent.newSubManager();
        try {
            // To the same device, DJL's toDevice makes no copy, whatever it is asked for.
            boolean samePlace = target.getDevice().equals(block.getDevice());
            NDArray copy = samePlace ? block.duplicate() : block.toDevice(target.getDevice(), true);
            copy.attach(target);
            return new PlacedAdapter(target, copy, places);
        } catch (RuntimeException e) {
            target.close();
            throw e;
        }
    }

    Map<String, Factors> layers() {
        return layers;
    }

    /** @return what it takes in memory */
    public long bytes() {
        return block.size() * block.getDataType().getNumOfBytes();
    }

    /** Frees the factors. */
    @Override
    public void close() {
        owner.close();
    }
}
