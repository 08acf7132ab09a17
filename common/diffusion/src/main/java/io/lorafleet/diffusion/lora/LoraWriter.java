// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.diffusion.lora.LoraAdapter.Factor;
import io.lorafleet.diffusion.lora.LoraAdapter.LowRank;
import io.lorafleet.diffusion.lora.LoraAdapter.Update;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes an adapter as diffusers' {@code save_lora_weights} does: one safetensors file with ranks and alphas in its
 * metadata. The same adapter always produces the same bytes.
 */
public final class LoraWriter {
    private static final String PREFIX = "unet.";

    private LoraWriter() {}

    /**
     * @param metadata additional metadata
     * @return the file content
     * @throws AdapterException if an update is not LoRA, or changes a text encoder
     */
    public static byte[] write(LoraAdapter adapter, Map<String, String> metadata) {
        if (!adapter.textUpdates().isEmpty()) {
            throw new AdapterException("expected an adapter for the UNet alone, found one that changes a text encoder");
        }
        Map<String, String> all = new TreeMap<>(metadata);
        all.put("format", "pt");
        all.put("lora_adapter_metadata", config(adapter));
        try (NDManager scope = NDManager.newBaseManager(Device.cpu())) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            new TreeMap<>(adapter.updates()).forEach((layer, written) -> {
                LowRank update = written.requireLowRank(layer);
                boolean convolution = update.a().shape().dimension() == 4;
                Shape b = update.b().shape();
                tensors.put(
                        PREFIX + layer + ".lora_A.weight",
                        array(update.a(), update.a().shape(), scope));
                tensors.put(
                        PREFIX + layer + ".lora_B.weight",
                        array(update.b(), convolution ? b.add(1).add(1) : b, scope));
            });
            return SafetensorsWriter.write(tensors, all);
        }
    }

    private static NDArray array(Factor factor, Shape shape, NDManager scope) {
        float[] numbers = new float[Math.toIntExact(shape.size())];
        factor.values().get(0, numbers);
        return scope.create(numbers, shape);
    }

    /** PEFT's config with prefixed keys: the most common rank and alpha, and the layers whose values differ. */
    private static String config(LoraAdapter adapter) {
        Map<String, Update> updates = new TreeMap<>(adapter.updates());
        int rank = mostCommon(
                updates.values().stream().map(update -> update.delta().rank()).toList());
        double alpha =
                mostCommon(updates.values().stream().map(LoraWriter::alpha).toList());
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode config = mapper.createObjectNode();
        config.put(PREFIX + "r", rank);
        config.put(PREFIX + "lora_alpha", alpha);
        updates.keySet().forEach(config.putArray(PREFIX + "target_modules")::add);
        ObjectNode ranks = config.putObject(PREFIX + "rank_pattern");
        ObjectNode alphas = config.putObject(PREFIX + "alpha_pattern");
        updates.forEach((layer, update) -> {
            if (update.delta().rank() != rank) {
                ranks.put(layer, update.delta().rank());
            }
            if (alpha(update) != alpha) {
                alphas.put(layer, alpha(update));
            }
        });
        try {
            return mapper.writeValueAsString(config);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static double alpha(Update update) {
        return update.scale() * update.delta().rank();
    }

    private static <T> T mostCommon(List<T> values) {
        Map<T, Integer> counts = new HashMap<>();
        T most = values.get(0);
        for (T value : values) {
            if (counts.merge(value, 1, Integer::sum) > counts.getOrDefault(most, 0)) {
                most = value;
            }
        }
        return most;
    }
}
