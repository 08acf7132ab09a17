// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The names of the linear layers in CLIP's text encoder. Before version 5, transformers began each name with {@code
 * text_model.}. A file and a base can have either form.
 *
 * @see "diffusers loaders/lora_base.py, _load_lora_into_text_encoder"
 */
public final class TextEncoderLayers {
    private static final String ROOT = "text_model.";
    private static final String NAMES = "(?:text_model\\.)?encoder\\.layers\\.\\d+\\."
            + "(?:self_attn\\.(?:q|k|v|out)_proj|mlp\\.fc[12])|text_projection";

    private static final Pattern DOTTED = Pattern.compile(NAMES);
    private static final Pattern FLAT = Pattern.compile(NAMES.replace("\\.", "_"));

    private final Map<String, String> layers = new HashMap<>();

    private TextEncoderLayers() {}

    /** @param layers the text encoder's layers, by their names in the checkpoint */
    public static TextEncoderLayers of(Collection<String> layers) {
        TextEncoderLayers names = new TextEncoderLayers();
        layers.forEach(layer -> names.layers.put(flat(layer), layer));
        return names;
    }

    /**
     * @param layer name of the layer in the adapter file
     * @return the layer's name in the checkpoint; empty if the text encoder has no such layer
     */
    public Optional<String> find(String layer) {
        return Optional.ofNullable(layers.get(flat(layer)));
    }

    /** @return whether a text encoder of Stable Diffusion can have a layer with this name */
    static boolean areNamed(NamingScheme scheme, String layer) {
        return (scheme == NamingScheme.KOHYA ? FLAT : DOTTED).matcher(layer).matches();
    }

    private static String flat(String layer) {
        String name = layer.replace('.', '_');
        return name.startsWith(flatRoot()) ? name.substring(ROOT.length()) : name;
    }

    private static String flatRoot() {
        return ROOT.replace('.', '_');
    }
}
