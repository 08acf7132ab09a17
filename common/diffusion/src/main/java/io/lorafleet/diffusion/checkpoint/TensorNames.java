// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.Safetensors.View;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Maps the names of layers in a checkpoint to their names in diffusers. A tensor belongs to the layer with the longest
 * name that its own name starts with.
 */
final class TensorNames {
    private final Map<String, String> layers = new LinkedHashMap<>();

    /** @param layer layer or block in the checkpoint @param name its name in diffusers */
    TensorNames put(String layer, String name) {
        layers.put(layer, name);
        return this;
    }

    /** @return the tensor's name in diffusers; empty if it belongs to no known layer */
    Optional<String> rename(String tensor) {
        for (int end = tensor.length(); end > 0; end = tensor.lastIndexOf('.', end - 1)) {
            String name = layers.get(tensor.substring(0, end));
            if (name != null) {
                return Optional.of(name + tensor.substring(end));
            }
        }
        return Optional.empty();
    }

    /**
     * Renames all tensors of a part. A tensor of no known layer keeps its name, so that it is found to be unused.
     *
     * @param prefix prefix of the part's tensor names, which is removed first
     */
    Map<String, View> views(Safetensors file, String prefix) {
        Map<String, View> views = new LinkedHashMap<>();
        for (String tensor : file.names()) {
            if (tensor.startsWith(prefix)) {
                String name = tensor.substring(prefix.length());
                views.put(rename(name).orElse(name), whole(tensor, file.shape(tensor)));
            }
        }
        return views;
    }

    static View whole(String tensor, Shape shape) {
        return new View(tensor, shape, 0, 1, false);
    }
}
