package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.LinkedHashMap;
import java.util.Map;

/** An adapter on the device, its factors turned and scaled as a batch takes them. */
public final class DeviceAdapter implements AutoCloseable {
    private final NDManager owner;
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

    private DeviceAdapter(NDManager owner) {
        this.owner = owner;
    }

    /**
     * @param adapter copied; may be closed afterwards
     * @param type that the UNet computes with
     * @param parent of the manager that will own the factors, on the device
     * @return to be closed by the caller
     */
    public static DeviceAdapter of(LoraAdapter adapter, DataType type, NDManager parent) {
        DeviceAdapter placed = new DeviceAdapter(parent.newSubManager());
        try {
            adapter.updates().forEach((layer, update) -> placed.layers.put(layer, placed.place(update, type)));
        } catch (RuntimeException e) {
            placed.close();
            throw e;
        }
        return placed;
    }

    private Factors place(LoraAdapter.Update update, DataType type) {
        try (NDManager scope = owner.newSubManager()) {
            // A result belongs to the manager of its first operand, which must be the scope, not the adapter.
            NDArray a = scope.create(1f).mul(update.a());
            NDArray b = scope.create((float) update.scale()).mul(update.b());
            if (a.getShape().dimension() == 2) {
                a = a.transpose();
                b = b.transpose();
            }
            return new Factors(update.rank(), settle(a, type), settle(b, type));
        }
    }

    /** @return a copy that lies in memory as its shape says, since it is copied into batches again and again */
    private NDArray settle(NDArray factor, DataType type) {
        NDArray settled =
                factor.toType(type, false).toDevice(owner.getDevice(), false).duplicate();
        settled.attach(owner);
        return settled;
    }

    Map<String, Factors> layers() {
        return layers;
    }

    /** @return what it takes on the device */
    public long bytes() {
        return layers.values().stream()
                .mapToLong(each -> bytes(each.a()) + bytes(each.b()))
                .sum();
    }

    private static long bytes(NDArray array) {
        return array.size() * array.getDataType().getNumOfBytes();
    }

    /** Frees the factors. */
    @Override
    public void close() {
        owner.close();
    }
}
