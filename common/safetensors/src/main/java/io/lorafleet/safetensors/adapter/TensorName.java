// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a tensor name that begins with the prefix of a naming scheme.
 *
 * @param scheme naming scheme
 * @param part part of the model that the tensor changes
 * @param layer name of the layer, as in the file
 * @param suffix rest of the name, such as {@code lora_A.weight}
 * @param role role of the tensor; null if the suffix is unknown
 */
record TensorName(
        NamingScheme scheme,
        ModelPart part,
        String layer,
        String suffix,
        @Nullable Role role) {

    /** The start of the tensor names for one part of the model. */
    private record Prefix(String text, NamingScheme scheme, ModelPart part) {}

    private static final List<Prefix> PREFIXES = List.of(
            new Prefix("unet.", NamingScheme.DIFFUSERS, ModelPart.UNET),
            new Prefix("text_encoder.", NamingScheme.DIFFUSERS, ModelPart.TEXT_ENCODER),
            new Prefix("text_encoder_2.", NamingScheme.DIFFUSERS, ModelPart.TEXT_ENCODER_2),
            new Prefix("lora_unet_", NamingScheme.KOHYA, ModelPart.UNET),
            new Prefix("lora_te_", NamingScheme.KOHYA, ModelPart.TEXT_ENCODER),
            new Prefix("lora_te1_", NamingScheme.KOHYA, ModelPart.TEXT_ENCODER),
            new Prefix("lora_te2_", NamingScheme.KOHYA, ModelPart.TEXT_ENCODER_2),
            new Prefix("base_model.model.", NamingScheme.PEFT, ModelPart.UNET));

    /** After the role, PEFT can write the adapter's name. */
    private static final String ADAPTER = "(?:\\.[A-Za-z0-9_-]+)?";

    private static final Pattern NAME = Pattern.compile("(.+?)\\."
            + "((lora_A|lora_B|lora\\.down|lora\\.up|lora_linear_layer\\.down|lora_linear_layer\\.up|lora_down|lora_up|lora_mid)"
            + ADAPTER + "\\.weight"
            + "|(lora_magnitude_vector)" + ADAPTER + ADAPTER
            + "|(alpha|dora_scale|hada_[a-z0-9_]+|lokr_[a-z0-9_]+))");

    /** @return the parsed name; empty if it does not begin with the prefix of a naming scheme */
    static Optional<TensorName> parse(String tensor) {
        return PREFIXES.stream()
                .filter(prefix -> tensor.startsWith(prefix.text()))
                .findFirst()
                .map(prefix -> parse(prefix, tensor.substring(prefix.text().length())));
    }

    private static TensorName parse(Prefix prefix, String name) {
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
            String role = Optional.ofNullable(matcher.group(3))
                    .or(() -> Optional.ofNullable(matcher.group(4)))
                    .orElseGet(() -> matcher.group(5));
            return new TensorName(
                    prefix.scheme(),
                    prefix.part(),
                    matcher.group(1),
                    matcher.group(2),
                    Role.of(role).orElse(null));
        }
        int dot = prefix.scheme() == NamingScheme.KOHYA ? name.indexOf('.') : name.lastIndexOf('.');
        return dot < 0
                ? new TensorName(prefix.scheme(), prefix.part(), name, "", null)
                : new TensorName(prefix.scheme(), prefix.part(), name.substring(0, dot), name.substring(dot + 1), null);
    }

    /** @return whether the tensor belongs to a text encoder, which can be one that Stable Diffusion does not have */
    static boolean isOfTextEncoder(String tensor) {
        return tensor.startsWith("text_encoder") || tensor.startsWith("lora_te");
    }

    /** @return whether the part can have a layer with this name in a base of Stable Diffusion */
    boolean isKnownLayer() {
        return part == ModelPart.UNET ? UNetLayers.areNamed(scheme, layer) : TextEncoderLayers.areNamed(scheme, layer);
    }
}
