// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The role of a tensor in a layer's update. */
public enum Role {
    /** Factor A (r, in), or (r, in, k, k) for a convolution. */
    A(Method.LORA, "lora_A", "lora_down", "lora.down", "lora_linear_layer.down"),
    /** Factor B (out, r). */
    B(Method.LORA, "lora_B", "lora_up", "lora.up", "lora_linear_layer.up"),
    /** The kernel (r, r, k, k) between a 1x1 {@link #A} and {@link #B}. */
    MID(Method.LORA, "lora_mid"),
    HADA_W1_A(Method.LOHA, "hada_w1_a"),
    HADA_W1_B(Method.LOHA, "hada_w1_b"),
    HADA_W2_A(Method.LOHA, "hada_w2_a"),
    HADA_W2_B(Method.LOHA, "hada_w2_b"),
    HADA_T1(Method.LOHA, "hada_t1"),
    HADA_T2(Method.LOHA, "hada_t2"),
    LOKR_W1(Method.LOKR, "lokr_w1"),
    LOKR_W1_A(Method.LOKR, "lokr_w1_a"),
    LOKR_W1_B(Method.LOKR, "lokr_w1_b"),
    LOKR_W2(Method.LOKR, "lokr_w2"),
    LOKR_W2_A(Method.LOKR, "lokr_w2_a"),
    LOKR_W2_B(Method.LOKR, "lokr_w2_b"),
    LOKR_T2(Method.LOKR, "lokr_t2"),
    /** Numerator of the scale, alpha / r. */
    ALPHA(null, "alpha"),
    /** DoRA's norm of each output channel's weights. */
    MAGNITUDE(null, "dora_scale", "lora_magnitude_vector");

    private final @Nullable Method method;
    private final List<String> names;

    Role(@Nullable Method method, String... names) {
        this.method = method;
        this.names = List.of(names);
    }

    /** @return the method that the tensor belongs to; null if every method can have it */
    @Nullable
    Method method() {
        return method;
    }

    /** @return the name in PEFT's files, followed by the name in kohya's files if it is different */
    String label() {
        return names.size() < 2 ? names.get(0) : names.get(0) + " (" + names.get(1) + ")";
    }

    /** @param name name of the tensor in its layer, without {@code .weight} */
    static Optional<Role> of(String name) {
        return Arrays.stream(values()).filter(role -> role.names.contains(name)).findFirst();
    }
}
