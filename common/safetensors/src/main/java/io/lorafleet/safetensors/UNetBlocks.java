// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of a UNet's layers in latent diffusion, the original implementation of Stable Diffusion. Latent diffusion
 * counts the blocks of all resolutions, and the resampling layers, consecutively.
 *
 * @see "ldm modules/diffusionmodules/openaimodel.py UNetModel"
 */
public final class UNetBlocks {
    private final Map<String, String> names = new LinkedHashMap<>();

    private UNetBlocks() {}

    /**
     * @param layersPerBlock number of layers in each down block; an up block has one more
     * @param down whether each down block has attention
     * @param up whether each up block has attention
     * @return for layers, and for blocks whose layers have the same names in both: the name in latent diffusion, and
     *     the name in diffusers
     */
    public static Map<String, String> names(int layersPerBlock, List<Boolean> down, List<Boolean> up) {
        UNetBlocks blocks = new UNetBlocks();
        blocks.ends();
        blocks.down(layersPerBlock, down);
        blocks.resnet("middle_block.0", "mid_block.resnets.0");
        blocks.names.put("middle_block.1", "mid_block.attentions.0");
        blocks.resnet("middle_block.2", "mid_block.resnets.1");
        blocks.up(layersPerBlock, up);
        return blocks.names;
    }

    private void ends() {
        names.put("time_embed.0", "time_embedding.linear_1");
        names.put("time_embed.2", "time_embedding.linear_2");
        names.put("label_emb.0.0", "add_embedding.linear_1");
        names.put("label_emb.0.2", "add_embedding.linear_2");
        names.put("input_blocks.0.0", "conv_in");
        names.put("out.0", "conv_norm_out");
        names.put("out.2", "conv_out");
    }

    private void down(int layersPerBlock, List<Boolean> attends) {
        int block = 1;
        for (int i = 0; i < attends.size(); i++) {
            String to = "down_blocks." + i;
            for (int layer = 0; layer < layersPerBlock; layer++) {
                resnet("input_blocks." + block + ".0", to + ".resnets." + layer);
                if (attends.get(i)) {
                    names.put("input_blocks." + block + ".1", to + ".attentions." + layer);
                }
                block++;
            }
            if (i < attends.size() - 1) {
                names.put("input_blocks." + block++ + ".0.op", to + ".downsamplers.0.conv");
            }
        }
    }

    private void up(int layersPerBlock, List<Boolean> attends) {
        int block = 0;
        for (int i = 0; i < attends.size(); i++) {
            String to = "up_blocks." + i;
            for (int layer = 0; layer <= layersPerBlock; layer++) {
                resnet("output_blocks." + block + ".0", to + ".resnets." + layer);
                if (attends.get(i)) {
                    names.put("output_blocks." + block + ".1", to + ".attentions." + layer);
                }
                block++;
            }
            // The upsampling layer follows the last block's other layers. The last up block has none.
            String from = "output_blocks." + (block - 1) + (attends.get(i) ? ".2" : ".1");
            names.put(from + ".conv", to + ".upsamplers.0.conv");
        }
    }

    private void resnet(String from, String to) {
        names.put(from + ".in_layers.0", to + ".norm1");
        names.put(from + ".in_layers.2", to + ".conv1");
        names.put(from + ".emb_layers.1", to + ".time_emb_proj");
        names.put(from + ".out_layers.0", to + ".norm2");
        names.put(from + ".out_layers.3", to + ".conv2");
        names.put(from + ".skip_connection", to + ".conv_shortcut");
    }
}
