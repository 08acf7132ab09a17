// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

/** The parts of a base model that an adapter can change. */
public enum ModelPart {
    UNET("unet"),
    TEXT_ENCODER("text_encoder"),
    /** The second text encoder, which only SDXL has. */
    TEXT_ENCODER_2("text_encoder_2");

    private final String folder;

    ModelPart(String folder) {
        this.folder = folder;
    }

    /** @return name of the part's folder in a diffusers pipeline, which is also its name in adapter files */
    public String folder() {
        return folder;
    }
}
