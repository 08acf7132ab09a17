// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
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

    private static final Map<String, String> WHOLE_NAMES = Map.of(
            "conv_in", "input_blocks.0.0",
            "conv_out", "out.2",
            "time_embedding.linear_1", "time_embed.0",
            "time_embedding.linear_2", "time_embed.2",
            "add_embedding.linear_1", "label_emb.0.0",
            "add_embedding.linear_2", "label_emb.0.2");
    private static final Map<String, String> RESNET_NAMES = Map.of(
            "conv1", "in_layers.2",
            "conv2", "out_layers.3",
            "time_emb_proj", "emb_layers.1",
            "conv_shortcut", "skip_connection");
    private static final Pattern BLOCK_LAYER =
            Pattern.compile("(?:(down|up)_blocks\\.(\\d+)|(mid)_block)\\.([a-z]+)\\.(\\d+)\\.(.+)");

    private final Map<String, String> layers = new HashMap<>();

    private UNetLayers() {}

    /** @param layers the base's layers, by diffusers' names */
    public static UNetLayers of(Collection<String> layers) {
        UNetLayers names = new UNetLayers();
        int layersPerBlock = (int) layers.stream()
                .filter(layer -> layer.startsWith("down_blocks.0.resnets.") && layer.endsWith(".conv1"))
                .count();
        for (String layer : layers) {
            names.layers.put(flat(layer), layer);
            sdScripts(layer, layersPerBlock, layers).ifPresent(name -> names.layers.put(flat(name), layer));
        }
        return names;
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

    /** @return sd-scripts' name for the layer, with dots; empty if it is not a layer of a UNet */
    private static Optional<String> sdScripts(String layer, int layersPerBlock, Collection<String> all) {
        String whole = WHOLE_NAMES.get(layer);
        Matcher matcher = BLOCK_LAYER.matcher(layer);
        if (whole != null || !matcher.matches()) {
            return Optional.ofNullable(whole);
        }
        String part = matcher.group(4);
        String rest = RESNET_NAMES.getOrDefault(matcher.group(6), matcher.group(6));
        int index = Integer.parseInt(matcher.group(5));
        if (matcher.group(3) != null) { // the middle block: resnet, attention, resnet
            return Optional.of("middle_block." + (part.equals("attentions") ? 1 : 2 * index) + "." + rest);
        }
        int first = Integer.parseInt(matcher.group(2)) * (layersPerBlock + 1);
        return Optional.of(
                matcher.group(1).equals("down")
                        ? inputBlock(part, first + 1 + index, first + 1 + layersPerBlock, rest)
                        : outputBlock(matcher.toMatchResult(), first + index, first + layersPerBlock, rest, all));
    }

    /** A downsampler is an input block of its own. */
    private static String inputBlock(String part, int number, int afterBlock, String rest) {
        return switch (part) {
            case "resnets" -> "input_blocks." + number + ".0." + rest;
            case "attentions" -> "input_blocks." + number + ".1." + rest;
            default -> "input_blocks." + afterBlock + ".0.op";
        };
    }

    /** An upsampler is the last part of its block's last output block, after the attention if there is one. */
    private static String outputBlock(
            MatchResult layer, int number, int lastOfBlock, String rest, Collection<String> all) {
        return switch (layer.group(4)) {
            case "resnets" -> "output_blocks." + number + ".0." + rest;
            case "attentions" -> "output_blocks." + number + ".1." + rest;
            default -> {
                String attention = "up_blocks." + layer.group(2) + ".attentions.0.proj_in";
                yield "output_blocks." + lastOfBlock + (all.contains(attention) ? ".2." : ".1.") + rest;
            }
        };
    }

    /** Replaces dots by underscores, in a name or in a pattern. */
    private static String flat(String name) {
        return name.replace("\\.", "_").replace('.', '_');
    }
}
