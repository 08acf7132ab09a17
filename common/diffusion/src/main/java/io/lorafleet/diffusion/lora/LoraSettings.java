// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import io.lorafleet.diffusion.weights.ModelConfig;
import io.lorafleet.safetensors.adapter.ModelPart;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The scale settings of PEFT's config, for adapters without alpha tensors.
 *
 * @see "peft tuners/lora/config.py"
 */
final class LoraSettings {
    private final ModelConfig config;
    private final String prefix;

    private LoraSettings(ModelConfig config, String prefix) {
        this.config = config;
        this.prefix = prefix;
    }

    /** @param adapterConfig content of an {@code adapter_config.json} */
    static LoraSettings ofPeft(ModelConfig adapterConfig) {
        return new LoraSettings(adapterConfig, "");
    }

    /**
     * Reads the settings of one part of the model from a file's metadata, where diffusers stores the same config. If
     * there is no metadata, alpha = rank.
     */
    static LoraSettings ofDiffusers(Map<String, String> metadata, ModelPart part) {
        String json = metadata.getOrDefault("lora_adapter_metadata", "{}");
        return new LoraSettings(ModelConfig.parse("lora_adapter_metadata", json), part.folder() + ".");
    }

    /** @return the layer's scale at this rank; empty if the config has no alpha */
    OptionalDouble scale(String layer, int rank) {
        if (!config.has(prefix + "lora_alpha")) {
            return OptionalDouble.empty();
        }
        double divisor = config.flag(prefix + "use_rslora", false) ? Math.sqrt(rank) : rank;
        return OptionalDouble.of(alpha(layer) / divisor);
    }

    private double alpha(String layer) {
        ModelConfig patterns = config.object(prefix + "alpha_pattern");
        for (String pattern : patterns.fields()) {
            if (layer.equals(pattern) || layer.endsWith("." + pattern)) {
                return patterns.number(pattern);
            }
        }
        return config.number(prefix + "lora_alpha");
    }
}
