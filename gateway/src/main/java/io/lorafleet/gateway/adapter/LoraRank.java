// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.safetensors.SafetensorsHeader;
import java.util.List;
import java.util.OptionalInt;

/** What a file's header says of its LoRA. Whether its layers fit the base, only a worker can tell. */
final class LoraRank {
    /** How diffusers and PEFT, kohya, and older diffusers call the factor A, whose first dimension is the rank. */
    static final List<String> FACTOR_A = List.of("lora_A", "lora_down", "lora.down");

    private LoraRank() {}

    /** @return the largest of its layers', or nothing if the file holds no LoRA */
    static OptionalInt of(SafetensorsHeader header) {
        return header.tensors().entrySet().stream()
                .filter(tensor -> FACTOR_A.stream().anyMatch(tensor.getKey()::contains))
                .map(tensor -> tensor.getValue().shape())
                .filter(shape -> shape.length > 0 && shape[0] > 0 && shape[0] <= Integer.MAX_VALUE)
                .mapToInt(shape -> (int) shape[0])
                .max();
    }
}
