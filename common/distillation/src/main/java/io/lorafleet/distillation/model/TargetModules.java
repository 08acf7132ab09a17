// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** The UNet layers to which LoRA factors are added. */
public enum TargetModules {
    /** The projections of all attention blocks, as in diffusers' training scripts. */
    ATTENTION("attn[12]\\.to_(q|k|v|out\\.0)"),
    /** Like {@link #ATTENTION}, plus the other linear layers of the transformer blocks. */
    TRANSFORMER("attn[12]\\.to_(q|k|v|out\\.0)|proj_in|proj_out|ff\\.net\\.(0\\.proj|2)"),
    /** Like {@link #TRANSFORMER}, plus the convolutions of the residual blocks, downsamplers and upsamplers. */
    CONVOLUTIONS("attn[12]\\.to_(q|k|v|out\\.0)|proj_in|proj_out|ff\\.net\\.(0\\.proj|2)"
            + "|conv1|conv2|conv_shortcut|(down|up)samplers\\.0\\.conv");

    private static final String WEIGHT = ".weight";

    private final Pattern layers;

    TargetModules(String layers) {
        this.layers = Pattern.compile("(.*\\.)(" + layers + ")");
    }

    /**
     * Selects layers.
     *
     * @param weights shapes of the UNet weights, by name
     * @return the names of the selected layers, sorted
     */
    List<String> layers(Map<String, Shape> weights) {
        return weights.keySet().stream()
                .filter(name -> name.endsWith(WEIGHT))
                .map(name -> name.substring(0, name.length() - WEIGHT.length()))
                .filter(layer -> layers.matcher(layer).matches())
                .sorted()
                .toList();
    }
}
