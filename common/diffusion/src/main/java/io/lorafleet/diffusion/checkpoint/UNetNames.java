// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import io.lorafleet.diffusion.unet.UNetConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The names of the UNet's layers. Latent diffusion counts the blocks of all resolutions, and the resampling layers,
 * through.
 *
 * @see "ldm modules/diffusionmodules/openaimodel.py UNetModel"
 */
final class UNetNames {
    static final String PREFIX = "model.diffusion_model.";

    private final TensorNames names = new TensorNames();

    private UNetNames() {}

    static TensorNames of(UNetConfig config) {
        UNetNames unet = new UNetNames();
        unet.ends();
        unet.down(config);
        unet.resnet("middle_block.0", "mid_block.resnets.0");
        unet.names.put("middle_block.1", "mid_block.attentions.0");
        unet.resnet("middle_block.2", "mid_block.resnets.1");
        unet.up(config);
        return unet.names;
    }

    private void ends() {
        names.put("time_embed.0", "time_embedding.linear_1")
                .put("time_embed.2", "time_embedding.linear_2")
                .put("label_emb.0.0", "add_embedding.linear_1")
                .put("label_emb.0.2", "add_embedding.linear_2")
                .put("input_blocks.0.0", "conv_in")
                .put("out.0", "conv_norm_out")
                .put("out.2", "conv_out");
    }

    private void down(UNetConfig config) {
        int block = 1;
        int last = config.channels().size() - 1;
        for (int i = 0; i <= last; i++) {
            String to = "down_blocks." + i;
            for (int layer = 0; layer < config.layersPerBlock(); layer++) {
                resnet("input_blocks." + block + ".0", to + ".resnets." + layer);
                if (config.attends().get(i)) {
                    names.put("input_blocks." + block + ".1", to + ".attentions." + layer);
                }
                block++;
            }
            if (i < last) {
                names.put("input_blocks." + block++ + ".0.op", to + ".downsamplers.0.conv");
            }
        }
    }

    private void up(UNetConfig config) {
        int block = 0;
        List<Boolean> attends = new ArrayList<>(config.attends());
        Collections.reverse(attends);
        for (int i = 0; i < attends.size(); i++) {
            String to = "up_blocks." + i;
            for (int layer = 0; layer <= config.layersPerBlock(); layer++) {
                resnet("output_blocks." + block + ".0", to + ".resnets." + layer);
                if (attends.get(i)) {
                    names.put("output_blocks." + block + ".1", to + ".attentions." + layer);
                }
                block++;
            }
            if (i < attends.size() - 1) {
                // The upsampling layer follows the last block's other layers.
                String from = "output_blocks." + (block - 1) + (attends.get(i) ? ".2" : ".1");
                names.put(from + ".conv", to + ".upsamplers.0.conv");
            }
        }
    }

    private void resnet(String from, String to) {
        names.put(from + ".in_layers.0", to + ".norm1")
                .put(from + ".in_layers.2", to + ".conv1")
                .put(from + ".emb_layers.1", to + ".time_emb_proj")
                .put(from + ".out_layers.0", to + ".norm2")
                .put(from + ".out_layers.3", to + ".conv2")
                .put(from + ".skip_connection", to + ".conv_shortcut");
    }
}
