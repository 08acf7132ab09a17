// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.distillation.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Which layers of a UNet get factors. */
public enum TargetModules {
    /** The projections of every attention: what diffusers' own scripts train. */
    ATTENTION("attn[12]\\.to_(q|k|v|out\\.0)"),
    /** And the layers around them, which see each token alone. */
    TRANSFORMER("attn[12]\\.to_(q|k|v|out\\.0)|proj_in|proj_out|ff\\.net\\.(0\\.proj|2)"),
    /** And every convolution between them. */
    CONVOLUTIONS("attn[12]\\.to_(q|k|v|out\\.0)|proj_in|proj_out|ff\\.net\\.(0\\.proj|2)"
            + "|conv1|conv2|conv_shortcut|(down|up)samplers\\.0\\.conv");

    private static final String WEIGHT = ".weight";

    private final Pattern layers;

    TargetModules(String layers) {
        this.layers = Pattern.compile("(.*\\.)(" + layers + ")");
    }

    /**
     * @param weights shapes of a UNet's weights by name
     * @return names of the layers that are meant, sorted
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
