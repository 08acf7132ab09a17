// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.safetensors.SafetensorsHeader;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads a LoRA's rank from the file's header. Only a worker can check whether the layers are compatible with the base.
 */
final class LoraRank {
    /**
     * Names of the LoRA factor A, whose first dimension is the rank, in three file formats: diffusers and PEFT, kohya,
     * and older versions of diffusers.
     */
    static final List<String> FACTOR_A = List.of("lora_A", "lora_down", "lora.down");

    private LoraRank() {}

    /** @return the largest rank of any layer; empty if the file contains no LoRA */
    static OptionalInt of(SafetensorsHeader header) {
        return header.tensors().entrySet().stream()
                .filter(tensor -> FACTOR_A.stream().anyMatch(tensor.getKey()::contains))
                .map(tensor -> tensor.getValue().shape())
                .filter(shape -> shape.length > 0 && shape[0] > 0 && shape[0] <= Integer.MAX_VALUE)
                .mapToInt(shape -> (int) shape[0])
                .max();
    }
}
