// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

/** The naming schemes of adapter files. */
public enum NamingScheme {
    /** {@code unet.LAYER.lora_A.weight}, as diffusers' {@code save_lora_weights} writes it. */
    DIFFUSERS,
    /** {@code base_model.model.LAYER.lora_A.weight}, with the scale in {@code adapter_config.json}. */
    PEFT,
    /** {@code lora_unet_LAYER.lora_down.weight}, with underscores in the layer's name. LyCORIS uses it too. */
    KOHYA
}
