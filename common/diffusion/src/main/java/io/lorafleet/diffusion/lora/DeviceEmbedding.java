// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import java.util.List;
import java.util.function.Function;

/** An embedding's vectors in a device's memory. */
final class DeviceEmbedding implements AutoCloseable {
    private final NDManager owner;
    private final List<NDArray> vectors;

    private DeviceEmbedding(NDManager owner, List<NDArray> vectors) {
        this.owner = owner;
        this.vectors = vectors;
    }

    /**
     * @param vectors for each text encoder (n, D)
     * @param parent manager whose device is used; a sub-manager owns the vectors
     * @return the vectors, to be closed by the caller
     */
    static DeviceEmbedding of(List<Factor> vectors, NDManager parent) {
        return placed(
                parent,
                owner -> vectors.stream()
                        .map(each -> owner.create(each.values().duplicate(), each.shape()))
                        .toList());
    }

    /** Copies the vectors like {@link DeviceFactors#copyTo}. */
    DeviceEmbedding copyTo(NDManager parent) {
        return placed(
                parent, owner -> vectors.stream().map(each -> copy(each, owner)).toList());
    }

    private static NDArray copy(NDArray vectors, NDManager owner) {
        boolean samePlace = owner.getDevice().equals(vectors.getDevice());
        NDArray copy = samePlace ? vectors.reshape(vectors.getShape()) : vectors.toDevice(owner.getDevice(), true);
        copy.attach(owner);
        return copy;
    }

    private static DeviceEmbedding placed(NDManager parent, Function<NDManager, List<NDArray>> vectors) {
        NDManager owner = parent.newSubManager();
        try {
            return new DeviceEmbedding(owner, vectors.apply(owner));
        } catch (RuntimeException e) {
            owner.close();
            throw e;
        }
    }

    /** @return for each text encoder (n, D) */
    List<NDArray> vectors() {
        return vectors;
    }

    /** @return the size, in bytes */
    long bytes() {
        return vectors.stream()
                .mapToLong(each -> each.size() * each.getDataType().getNumOfBytes())
                .sum();
    }

    /** Frees the vectors. */
    @Override
    public void close() {
        owner.close();
    }
}
