// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.vae.VaeConfig;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.Safetensors.View;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The names of the VAE's layers. Latent diffusion counts the decoder's resolutions from the finest one, and implements
 * the projections of the attention as 1x1 convolutions.
 *
 * @see "ldm modules/diffusionmodules/model.py"
 */
final class VaeNames {
    static final String PREFIX = "first_stage_model.";

    private static final String PROJECTION = ".+\\.mid_block\\.attentions\\.0\\.to_.+\\.weight";

    private final TensorNames names = new TensorNames();

    private VaeNames() {}

    /** @return the VAE's tensors in a checkpoint, by their names in diffusers */
    static Map<String, View> views(Safetensors file, VaeConfig config) {
        Map<String, View> views = new LinkedHashMap<>(of(config).views(file, PREFIX));
        views.keySet().removeIf(name -> name.startsWith("loss.")); // the discriminator, which only training uses
        views.replaceAll((name, view) -> name.matches(PROJECTION) ? linear(view) : view);
        return views;
    }

    /** A 1x1 convolution as a linear layer, which has the same values. */
    private static View linear(View view) {
        Shape shape = view.shape();
        return shape.dimension() == 4 && shape.get(2) == 1 && shape.get(3) == 1
                ? new View(view.tensor(), new Shape(shape.get(0), shape.get(1)), 0, 1, false)
                : view;
    }

    static TensorNames of(VaeConfig config) {
        VaeNames vae = new VaeNames();
        int count = config.channels().size();
        for (int i = 0; i < count; i++) {
            vae.stage("encoder.down." + i, "encoder.down_blocks." + i, config.layersPerBlock());
            vae.stage("decoder.up." + i, "decoder.up_blocks." + (count - 1 - i), config.layersPerBlock() + 1);
        }
        vae.half("encoder");
        vae.half("decoder");
        vae.names.put("quant_conv", "quant_conv").put("post_quant_conv", "post_quant_conv");
        return vae.names;
    }

    private void half(String half) {
        String mid = half + ".mid_block";
        resnet(half + ".mid.block_1", mid + ".resnets.0");
        resnet(half + ".mid.block_2", mid + ".resnets.1");
        names.put(half + ".mid.attn_1.norm", mid + ".attentions.0.group_norm")
                .put(half + ".mid.attn_1.q", mid + ".attentions.0.to_q")
                .put(half + ".mid.attn_1.k", mid + ".attentions.0.to_k")
                .put(half + ".mid.attn_1.v", mid + ".attentions.0.to_v")
                .put(half + ".mid.attn_1.proj_out", mid + ".attentions.0.to_out.0")
                .put(half + ".conv_in", half + ".conv_in")
                .put(half + ".norm_out", half + ".conv_norm_out")
                .put(half + ".conv_out", half + ".conv_out");
    }

    private void stage(String from, String to, int layers) {
        for (int layer = 0; layer < layers; layer++) {
            resnet(from + ".block." + layer, to + ".resnets." + layer);
        }
        names.put(from + ".downsample.conv", to + ".downsamplers.0.conv")
                .put(from + ".upsample.conv", to + ".upsamplers.0.conv");
    }

    private void resnet(String from, String to) {
        names.put(from, to).put(from + ".nin_shortcut", to + ".conv_shortcut");
    }
}
