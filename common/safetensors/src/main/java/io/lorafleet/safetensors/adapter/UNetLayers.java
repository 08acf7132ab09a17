// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import io.lorafleet.safetensors.UNetBlocks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of a UNet's linear and convolution layers. Adapter files name layers in one of three ways:
 *
 * <pre>
 * diffusers   down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q
 * flat        down_blocks_1_attentions_0_transformer_blocks_0_attn1_to_q
 * sd-scripts  input_blocks_4_1_transformer_blocks_0_attn1_to_q
 * </pre>
 *
 * sd-scripts numbers the blocks of an SDXL UNet as Stability's original code does. Its block number depends on the
 * number of layers in each block, so such a name means a layer only for a given base.
 *
 * @see "diffusers loaders/lora_conversion_utils.py, _maybe_map_sgm_blocks_to_diffusers"
 */
public final class UNetLayers {
    private static final String IN_RESNET = "(?:conv1|conv2|time_emb_proj|conv_shortcut)";
    private static final String IN_TRANSFORMER = "(?:proj_in|proj_out|transformer_blocks\\.\\d+\\."
            + "(?:attn[12]\\.(?:to_q|to_k|to_v|to_out\\.0)|ff\\.net\\.(?:0\\.proj|2)))";
    private static final String IN_BLOCK =
            "(?:resnets\\.\\d+\\." + IN_RESNET + "|attentions\\.\\d+\\." + IN_TRANSFORMER + ")";
    private static final String DIFFUSERS = "conv_in|conv_out|(?:time|add)_embedding\\.linear_[12]"
            + "|down_blocks\\.\\d+\\.(?:" + IN_BLOCK + "|downsamplers\\.0\\.conv)"
            + "|mid_block\\." + IN_BLOCK
            + "|up_blocks\\.\\d+\\.(?:" + IN_BLOCK + "|upsamplers\\.0\\.conv)";
    private static final String IN_SD_SCRIPTS_RESNET = "(?:in_layers_2|out_layers_3|emb_layers_1|skip_connection)";
    private static final String SD_SCRIPTS = "input_blocks_0_0|out_2|time_embed_[02]|label_emb_0_[02]"
            + "|input_blocks_\\d+_0_(?:" + IN_SD_SCRIPTS_RESNET + "|op)|output_blocks_\\d+_0_" + IN_SD_SCRIPTS_RESNET
            + "|(?:input|output)_blocks_\\d+_1_" + flat(IN_TRANSFORMER) + "|output_blocks_\\d+_[12]_conv"
            + "|middle_block_[02]_" + IN_SD_SCRIPTS_RESNET + "|middle_block_1_" + flat(IN_TRANSFORMER);

    private static final Pattern DOTTED = Pattern.compile(DIFFUSERS);
    private static final Pattern FLAT = Pattern.compile(flat(DIFFUSERS) + "|" + SD_SCRIPTS);

    private static final Pattern BLOCK = Pattern.compile("(down|up)_blocks\\.(\\d+)\\.(.+)");

    private final Map<String, String> layers = new HashMap<>();

    private UNetLayers() {}

    /** @param layers the base's layers, by diffusers' names */
    public static UNetLayers of(Collection<String> layers) {
        Map<String, String> original = originalNames(layers);
        UNetLayers names = new UNetLayers();
        for (String layer : layers) {
            names.layers.put(flat(layer), layer);
            original(layer, original).ifPresent(name -> names.layers.put(flat(name), layer));
        }
        return names;
    }

    /** @return the original name of each layer, and of each block whose layers have the same names, by diffusers' name */
    private static Map<String, String> originalNames(Collection<String> layers) {
        int layersPerBlock = (int) layers.stream()
                .filter(layer -> layer.startsWith("down_blocks.0.resnets.") && layer.endsWith(".conv1"))
                .count();
        Map<String, String> original = new HashMap<>();
        UNetBlocks.names(layersPerBlock, attention("down", layers), attention("up", layers))
                .forEach((name, layer) -> original.put(layer, name));
        return original;
    }

    /** @return for each down block or up block, whether it has attention */
    private static List<Boolean> attention(String direction, Collection<String> layers) {
        List<Boolean> attention = new ArrayList<>();
        for (String layer : layers) {
            Matcher matcher = BLOCK.matcher(layer);
            if (matcher.matches() && matcher.group(1).equals(direction)) {
                int block = Integer.parseInt(matcher.group(2));
                while (attention.size() <= block) {
                    attention.add(false);
                }
                if (matcher.group(3).startsWith("attentions.")) {
                    attention.set(block, true);
                }
            }
        }
        return attention;
    }

    /** @return the layer's original name; empty if it is not a layer of a UNet */
    private static Optional<String> original(String layer, Map<String, String> names) {
        for (int end = layer.length(); end > 0; end = layer.lastIndexOf('.', end - 1)) {
            String name = names.get(layer.substring(0, end));
            if (name != null) {
                return Optional.of(name + layer.substring(end));
            }
        }
        return Optional.empty();
    }

    /**
     * @param layer name of the layer in the adapter file
     * @return the layer's name in diffusers; empty if the base has no such layer
     */
    public Optional<String> find(NamingScheme scheme, String layer) {
        String found = layers.get(flat(layer));
        return Optional.ofNullable(found).filter(name -> scheme == NamingScheme.KOHYA || name.equals(layer));
    }

    /** @return whether a UNet of Stable Diffusion can have a layer with this name */
    static boolean areNamed(NamingScheme scheme, String layer) {
        return (scheme == NamingScheme.KOHYA ? FLAT : DOTTED).matcher(layer).matches();
    }

    /** Replaces dots by underscores, in a name or in a pattern. */
    private static String flat(String name) {
        return name.replace("\\.", "_").replace('.', '_');
    }
}
