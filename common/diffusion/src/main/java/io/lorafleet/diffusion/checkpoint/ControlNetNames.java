// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.unet.ControlNetConfig;
import io.lorafleet.diffusion.unet.UNetConfig;
import io.lorafleet.safetensors.UNetBlocks;
import java.util.List;

/**
 * The names of a ControlNet's layers in the original implementation.
 *
 * @see <a href="https://github.com/lllyasviel/ControlNet/blob/main/cldm/cldm.py">ControlNet cldm/cldm.py</a>
 */
final class ControlNetNames {
    /** Prefix of all names in most files. */
    static final String PREFIX = "control_model.";

    private static final String EMBEDDING = "controlnet_cond_embedding.";

    private ControlNetNames() {}

    static TensorNames of(ControlNetConfig config) {
        UNetConfig encoder = config.encoder();
        TensorNames names = new TensorNames();
        UNetBlocks.names(encoder.layersPerBlock(), encoder.attends(), List.of()).forEach(names::put);
        int skips = encoder.channels().size() * (encoder.layersPerBlock() + 1);
        for (int i = 0; i < skips; i++) {
            names.put("zero_convs." + i + ".0", "controlnet_down_blocks." + i);
        }
        names.put("middle_block_out.0", "controlnet_mid_block");
        // The convolutions have the even numbers, and the activations between them the odd ones.
        int middle = 2 * (config.conditionChannels().size() - 1);
        names.put("input_hint_block.0", EMBEDDING + "conv_in");
        for (int i = 0; i < middle; i++) {
            names.put("input_hint_block." + 2 * (i + 1), EMBEDDING + "blocks." + i);
        }
        names.put("input_hint_block." + 2 * (middle + 1), EMBEDDING + "conv_out");
        return names;
    }
}
