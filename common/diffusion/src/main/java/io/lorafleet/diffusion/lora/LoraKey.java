// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a tensor's name in an adapter file means. Three families of names are in use:
 *
 * <pre>
 * diffusers  unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight   (older: .lora.down.weight)
 * PEFT       base_model.model.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight
 * kohya      lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q.lora_down.weight
 * </pre>
 *
 * @param layer the layer's name in the UNet
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
    /** The others of the pattern are B. */
    private static final Set<String> A = Set.of("lora_A", "lora.down", "lora_down");

    /** @param layers the names of the base's layers, by {@link #flat} name */
    static LoraKey of(String tensor, Map<String, String> layers) {
        Matcher matcher = NAME.matcher(tensor);
        if (!matcher.matches()) {
            throw new AdapterException("tensor " + tensor + ": expected a LoRA factor (lora_A and lora_B, lora_down and"
                    + " lora_up) or alpha of the UNet");
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
        if (module.startsWith("text_encoder") || module.startsWith("lora_te")) {
            throw new AdapterException(
                    "tensor " + tensor + ": adapts the text encoder; only adapters of the UNet are supported");
        }
        throw new AdapterException(
                "tensor " + tensor + ": expected a name that starts with unet., base_model.model. or lora_unet_");
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

    /** kohya writes underscores for the dots, so a name can only be looked up, not taken apart. */
    static String flat(String layer) {
        return layer.replace('.', '_');
    }
}
