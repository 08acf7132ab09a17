// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The meaning of a tensor name that begins with the prefix of a naming scheme.
 *
 * @param scheme naming scheme
 * @param layer name of the layer, as in the file
 * @param suffix rest of the name, such as {@code lora_A.weight}
 * @param role role of the tensor; null if the suffix is unknown
 */
record TensorName(
        NamingScheme scheme,
        String layer,
        String suffix,
        @Nullable Role role) {
    /** After the role, PEFT can write the adapter's name. */
    private static final String ADAPTER = "(?:\\.[A-Za-z0-9_-]+)?";

    private static final Pattern NAME = Pattern.compile("(.+?)\\."
            + "((lora_A|lora_B|lora\\.down|lora\\.up|lora_down|lora_up|lora_mid)" + ADAPTER + "\\.weight"
            + "|(lora_magnitude_vector)" + ADAPTER + ADAPTER
            + "|(alpha|dora_scale|hada_[a-z0-9_]+|lokr_[a-z0-9_]+))");

    /** @return the parsed name; empty if it does not begin with the prefix of a naming scheme */
    static Optional<TensorName> parse(String tensor) {
        for (NamingScheme scheme : NamingScheme.values()) {
            if (tensor.startsWith(scheme.prefix())) {
                return Optional.of(
                        parse(scheme, tensor.substring(scheme.prefix().length())));
            }
        }
        return Optional.empty();
    }

    private static TensorName parse(NamingScheme scheme, String name) {
        Matcher matcher = NAME.matcher(name);
        if (matcher.matches()) {
            String role = Optional.ofNullable(matcher.group(3))
                    .or(() -> Optional.ofNullable(matcher.group(4)))
                    .orElseGet(() -> matcher.group(5));
            return new TensorName(
                    scheme, matcher.group(1), matcher.group(2), Role.of(role).orElse(null));
        }
        int dot = scheme == NamingScheme.KOHYA ? name.indexOf('.') : name.lastIndexOf('.');
        return dot < 0
                ? new TensorName(scheme, name, "", null)
                : new TensorName(scheme, name.substring(0, dot), name.substring(dot + 1), null);
    }

    /**
     * @return whether the tensor belongs to a text encoder: {@code text_encoder.}, {@code text_encoder_2.}, and kohya's
     *     {@code lora_te_}, {@code lora_te1_} and {@code lora_te2_}
     */
    static boolean isOfTextEncoder(String tensor) {
        return tensor.startsWith("text_encoder") || tensor.startsWith("lora_te");
    }
}
