// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.BaseWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An adapter in a device's memory: the factors for the UNet, those for each text encoder, and an embedding's vectors. */
public final class DeviceAdapter implements AutoCloseable {
    /** Text encoders compute in float32, whatever the UNet's data type is. */
    static final DataType TEXT_TYPE = DataType.FLOAT32;

    private final @Nullable DeviceFactors unet;
    /** Null for a text encoder that the adapter does not change. */
    private final List<@Nullable DeviceFactors> textEncoders;

    private final @Nullable DeviceEmbedding embedding;

    private DeviceAdapter(
            @Nullable DeviceFactors unet,
            List<@Nullable DeviceFactors> textEncoders,
            @Nullable DeviceEmbedding embedding) {
        this.unet = unet;
        this.textEncoders = textEncoders;
        this.embedding = embedding;
    }

    /**
     * Places an adapter without DoRA for the UNet alone on a device.
     *
     * @param adapter adapter as read from its file
     * @param type data type of the UNet
     * @param parent manager whose device is used; its sub-managers own the factors
     * @return the adapter, to be closed by the caller
     * @throws AdapterException if a part of the adapter needs 2 GiB or more in float32, or the base's values
     */
    public static DeviceAdapter of(LoraAdapter adapter, DataType type, NDManager parent) {
        return of(adapter, BaseWeights.ofShapes(Map.of()), type, parent);
    }

    /** Like {@link #of(LoraAdapter, DataType, NDManager)}, for an adapter that can have DoRA. */
    public static DeviceAdapter of(LoraAdapter adapter, BaseWeights unet, DataType type, NDManager parent) {
        return of(adapter, new BaseParts(unet, List.of()), type, parent);
    }

    /** Like {@link #of(LoraAdapter, DataType, NDManager)}, for an adapter that can have DoRA and change text encoders. */
    public static DeviceAdapter of(LoraAdapter adapter, BaseParts base, DataType type, NDManager parent) {
        if (adapter.textUpdates().size() > base.textEncoders().size()) {
            throw new AdapterException(
                    "expected an adapter for " + base.textEncoders().size() + " text encoders at most, found one for "
                            + adapter.textUpdates().size());
        }
        List<@Nullable DeviceFactors> placed = new ArrayList<>();
        try {
            placed.add(place(adapter.updates(), base.unet(), type, parent));
            for (int i = 0; i < adapter.textUpdates().size(); i++) {
                placed.add(
                        place(adapter.textUpdates().get(i), base.textEncoders().get(i), TEXT_TYPE, parent));
            }
            return of(placed, adapter.vectors().isEmpty() ? null : DeviceEmbedding.of(adapter.vectors(), parent));
        } catch (RuntimeException e) {
            placed.forEach(DeviceAdapter::close);
            throw e;
        }
    }

    private static @Nullable DeviceFactors place(
            Map<String, Update> updates, BaseWeights base, DataType type, NDManager parent) {
        return updates.isEmpty() ? null : DeviceFactors.of(updates, base, type, parent);
    }

    /** @param placed factors for the UNet, then for each text encoder */
    private static DeviceAdapter of(List<@Nullable DeviceFactors> placed, @Nullable DeviceEmbedding embedding) {
        return new DeviceAdapter(placed.get(0), placed.subList(1, placed.size()), embedding);
    }

    /**
     * Copies the adapter to another device. On the same device, the copy shares this adapter's memory, which is freed
     * once both are closed.
     *
     * @param parent manager whose device is used; its sub-managers own the copy
     * @return the copy, to be closed by the caller
     */
    public DeviceAdapter copyTo(NDManager parent) {
        List<@Nullable DeviceFactors> copies = new ArrayList<>();
        try {
            for (DeviceFactors part : parts()) {
                copies.add(part == null ? null : part.copyTo(parent));
            }
            return of(copies, embedding == null ? null : embedding.copyTo(parent));
        } catch (RuntimeException e) {
            copies.forEach(DeviceAdapter::close);
            throw e;
        }
    }

    /** @return the updates of the UNet, by layer */
    Map<String, DeviceFactors.Layer> layers() {
        return unet == null ? Map.of() : unet.layers();
    }

    /** @param encoder index of a text encoder @return its updates, by layer */
    Map<String, DeviceFactors.Layer> textLayers(int encoder) {
        DeviceFactors part = encoder < textEncoders.size() ? textEncoders.get(encoder) : null;
        return part == null ? Map.of() : part.layers();
    }

    /** @return an embedding's vectors for each text encoder (n, D); empty if the adapter is not an embedding */
    List<NDArray> vectors() {
        return embedding == null ? List.of() : embedding.vectors();
    }

    /** @return the adapter's size, in bytes */
    public long bytes() {
        long ofVectors = embedding == null ? 0 : embedding.bytes();
        return ofVectors
                + parts().stream()
                        .mapToLong(part -> part == null ? 0 : part.bytes())
                        .sum();
    }

    private List<@Nullable DeviceFactors> parts() {
        List<@Nullable DeviceFactors> parts = new ArrayList<>();
        parts.add(unet);
        parts.addAll(textEncoders);
        return parts;
    }

    /** Frees the factors. */
    @Override
    public void close() {
        parts().forEach(DeviceAdapter::close);
        if (embedding != null) {
            embedding.close();
        }
    }

    private static void close(@Nullable DeviceFactors part) {
        if (part != null) {
            part.close();
        }
    }
}
