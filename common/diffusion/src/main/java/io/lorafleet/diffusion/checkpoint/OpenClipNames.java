// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.checkpoint;

import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.text.ClipTextConfig;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.diffusion.weights.Safetensors.View;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of the layers of OpenCLIP's text transformer, which stacks the projections of an attention layer's queries,
 * keys and values, and stores the projection of the embedding as a matrix (in, out).
 *
 * @see "open_clip transformer.py TextTransformer"
 */
final class OpenClipNames {
    private static final String STACKED = "attn.in_proj_";
    private static final String PROJECTION = "text_projection";

    private OpenClipNames() {}

    /**
     * @param prefix prefix of the text encoder's tensor names
     * @param projected whether the UNet receives the projected text embedding
     * @return the text encoder's tensors in a checkpoint, by their names in transformers. The layers after the config's
     *     last layer are omitted: SD 2.x was trained with the states of the second-to-last layer, so the configs of its
     *     folders have one layer fewer
     */
    static Map<String, View> views(Safetensors file, String prefix, ClipTextConfig config, boolean projected) {
        TensorNames names = of(config.layers());
        Map<String, View> views = new LinkedHashMap<>();
        for (String tensor : file.names()) {
            if (!tensor.startsWith(prefix)) {
                continue;
            }
            String name = tensor.substring(prefix.length());
            Shape shape = file.shape(tensor);
            int stacked = name.indexOf(STACKED);
            if (stacked >= 0) {
                String layer = names.rename(name.substring(0, stacked) + "attn").orElse("");
                String kind = name.substring(stacked + STACKED.length());
                addParts(views, tensor, shape, layer, kind);
            } else if (name.equals(PROJECTION)) {
                views.put(PROJECTION + ".weight", new View(tensor, shape, 0, 1, true));
            } else {
                names.rename(name).ifPresent(to -> views.put(to, TensorNames.whole(tensor, shape)));
            }
        }
        if (!projected) {
            views.remove(PROJECTION + ".weight");
        }
        return views;
    }

    /** @param layer attention layer in transformers, empty if it is left out @param kind weight or bias */
    private static void addParts(Map<String, View> views, String tensor, Shape shape, String layer, String kind) {
        if (layer.isEmpty()) {
            return;
        }
        long[] part = shape.getShape().clone();
        part[0] /= 3;
        List<String> projections = List.of("q_proj", "k_proj", "v_proj");
        for (int i = 0; i < projections.size(); i++) {
            views.put(
                    layer + "." + projections.get(i) + "." + kind,
                    new View(tensor, new Shape(part), i, projections.size(), false));
        }
    }

    private static TensorNames of(int layers) {
        TensorNames names = new TensorNames();
        names.put("positional_embedding", "text_model.embeddings.position_embedding.weight")
                .put("token_embedding", "text_model.embeddings.token_embedding")
                .put("ln_final", "text_model.final_layer_norm");
        for (int i = 0; i < layers; i++) {
            String from = "transformer.resblocks." + i;
            String to = "text_model.encoder.layers." + i;
            names.put(from + ".ln_1", to + ".layer_norm1")
                    .put(from + ".ln_2", to + ".layer_norm2")
                    .put(from + ".attn", to + ".self_attn")
                    .put(from + ".mlp.c_fc", to + ".mlp.fc1")
                    .put(from + ".mlp.c_proj", to + ".mlp.fc2");
        }
        return names;
    }
}
