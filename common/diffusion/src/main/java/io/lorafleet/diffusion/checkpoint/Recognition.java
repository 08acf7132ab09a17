// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Recognises the kind of a checkpoint by the names and shapes of its tensors. Files of other kinds are refused by name.
 *
 * @param kind kind of the model
 * @param reason tensor that shows the kind
 * @param inputChannels number of input channels of the UNet: 4, or 9 for an inpainting model
 */
record Recognition(CheckpointKind kind, String reason, int inputChannels) {
    private static final String FIRST_LAYER = UNetNames.PREFIX + "input_blocks.0.0.weight";
    private static final int LATENT_CHANNELS = 4;
    /** The latent, a mask, and the latent of the masked image. */
    private static final int INPAINTING_CHANNELS = 2 * LATENT_CHANNELS + 1;

    /** What other files are, by the start of the name of a tensor. The first match counts. */
    private static final Map<String, String> OTHERS = others();

    /** Unsupported models with more input channels than the latent has. */
    private static final Map<Long, String> INPUTS =
            Map.of(5L, "a depth-to-image model", 7L, "an upscaling model", 8L, "an InstructPix2Pix model");

    private static Map<String, String> others() {
        Map<String, String> others = new LinkedHashMap<>();
        others.put("model.diffusion_model.joint_blocks.", "a Stable Diffusion 3 model");
        others.put("joint_blocks.", "a Stable Diffusion 3 model without its other parts");
        others.put("model.diffusion_model.double_blocks.", "a FLUX model");
        others.put("double_blocks.", "a FLUX model without its other parts");
        others.put("double_layers.", "an AuraFlow model");
        others.put("conditioner.embedders.0.model.", "an SDXL refiner");
        others.put("edm_mean", "an EDM model, such as Playground 2.5");
        others.put("edm_vpred.sigma_max", "an EDM model, such as CosXL");
        others.put("lora_unet_", "a LoRA adapter; upload it with 'fleet adapter add'");
        others.put("lora_te", "a LoRA adapter; upload it with 'fleet adapter add'");
        others.put("unet.", "a LoRA adapter; upload it with 'fleet adapter add'");
        others.put("control_model.", "a ControlNet");
        others.put("controlnet_cond_embedding.", "a ControlNet");
        others.put("down_blocks.", "a UNet in the diffusers layout; select the folder with model_index.json instead");
        others.put("decoder.", "an autoencoder without the other parts of a model");
        others.put("text_model.", "a text encoder without the other parts of a model");
        return others;
    }

    /** @throws ModelFileException if the file is not a checkpoint of a supported kind */
    static Recognition of(Safetensors file) {
        OTHERS.forEach((start, title) -> {
            if (file.names().stream().anyMatch(name -> name.startsWith(start))) {
                throw refusal(file, title + " (tensor " + start + "*)");
            }
        });
        if (!file.names().contains(FIRST_LAYER)) {
            throw refusal(file, file.names().size() + " tensors, but not " + FIRST_LAYER);
        }
        Shape first = file.shape(FIRST_LAYER);
        if (first.dimension() != 4 || (first.get(1) != LATENT_CHANNELS && first.get(1) != INPAINTING_CHANNELS)) {
            String title =
                    first.dimension() == 4 ? INPUTS.getOrDefault(first.get(1), "another model") : "another model";
            throw refusal(file, title + " (" + FIRST_LAYER + " has the shape " + first + ")");
        }
        for (CheckpointKind kind : CheckpointKind.values()) {
            // SDXL has two text encoders, of which only the second one distinguishes it.
            String prefix = kind.texts().get(kind.texts().size() - 1).prefix();
            if (file.names().stream().anyMatch(name -> name.startsWith(prefix))) {
                return new Recognition(kind, "tensors " + prefix + "*", Math.toIntExact(first.get(1)));
            }
        }
        throw refusal(file, "a UNet without a text encoder (no tensors cond_stage_model.* or conditioner.*)");
    }

    private static ModelFileException refusal(Safetensors file, String found) {
        return new ModelFileException(
                file.name() + ": expected a checkpoint of Stable Diffusion 1.x, 2.x or XL, found " + found);
    }
}
