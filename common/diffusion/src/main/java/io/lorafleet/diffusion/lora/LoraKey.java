// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The meaning of a tensor name in an adapter file. Three formats are supported:
 *
 * <pre>
 * diffusers  unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight   (older: .lora.down.weight)
 * PEFT       base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight
 * kohya      lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight
 * </pre>
 *
 * @param format naming format
 * @param layer name of the layer in the UNet
 * @param role role of the tensor in the layer
 */
record LoraKey(Format format, String layer, Role role) {
    enum Format {
        DIFFUSERS,
        PEFT,
        KOHYA
    }

    enum Role {
        A,
        B,
        ALPHA
    }

    private static final Pattern NAME = Pattern.compile("(.+)\\.(lora_A|lora_B|lora\\.down|lora\\.up|lora_down|lora_up)"
            + "(?:\\.[A-Za-z0-9_-]+)?\\.weight|(.+)\\.alpha");
    /** Names of factor A; the pattern's other names denote factor B. */
    private static final Set<String> A = Set.of("lora_A", "lora.down", "lora_down");

    /**
     * @param tensor tensor name
     * @param layers names of the base's layers, by {@link #flat} name
     * @throws AdapterException if the name is not that of a LoRA tensor for the base's UNet
     */
    static LoraKey of(String tensor, Map<String, String> layers) {
        if (tensor.startsWith("text_encoder") || tensor.startsWith("lora_te")) {
            throw new AdapterException(
                    "tensor " + tensor + ": expected an adapter for the UNet, found one for the text encoder");
        }
        Matcher matcher = NAME.matcher(tensor);
        if (!matcher.matches()) {
            throw new AdapterException("tensor " + tensor + ": expected a LoRA factor (lora_A and lora_B, lora_down and"
                    + " lora_up) or alpha for the UNet");
        }
        boolean alpha = matcher.group(1) == null;
        String module = alpha ? matcher.group(3) : matcher.group(1);
        Role role = alpha ? Role.ALPHA : A.contains(matcher.group(2)) ? Role.A : Role.B;
        if (module.startsWith("lora_unet_")) {
            return new LoraKey(
                    Format.KOHYA, layerOfKohya(tensor, module.substring("lora_unet_".length()), layers), role);
        }
        if (module.startsWith("base_model.model.")) {
            return new LoraKey(
                    Format.PEFT, known(tensor, module.substring("base_model.model.".length()), layers), role);
        }
        if (module.startsWith("unet.")) {
            return new LoraKey(Format.DIFFUSERS, known(tensor, module.substring("unet.".length()), layers), role);
        }
        throw new AdapterException(
                "tensor " + tensor + ": expected a name with the prefix unet., base_model.model. or lora_unet_");
    }

    private static String known(String tensor, String layer, Map<String, String> layers) {
        if (!layer.equals(layers.get(flat(layer)))) {
            throw new AdapterException("tensor " + tensor + ": the base has no layer " + layer);
        }
        return layer;
    }

    private static String layerOfKohya(String tensor, String flat, Map<String, String> layers) {
        String layer = layers.get(flat);
        if (layer == null) {
            throw new AdapterException("tensor " + tensor + ": the base has no layer " + flat);
        }
        return layer;
    }

    /**
     * Returns the name as kohya writes it, with underscores in place of dots. Such a name cannot be split into its
     * parts, so it is looked up.
     */
    static String flat(String layer) {
        return layer.replace('.', '_');
    }
}
