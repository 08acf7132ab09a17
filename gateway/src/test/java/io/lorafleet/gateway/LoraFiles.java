// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sample safetensors files. */
public final class LoraFiles {
    private LoraFiles() {}

    /** @return a LoRA file with one layer; different layer names give different bytes */
    public static byte[] lora(String layer, int rank) {
        return safetensors("""
                {"%s.lora_A.weight": {"dtype": "F32", "shape": [%d, 1], "data_offsets": [0, %d]}}
                """.formatted(layer, rank, 4 * rank), 4 * rank);
    }

    /** @param dataBytes number of zero bytes after the header */
    public static byte[] safetensors(String header, int dataBytes) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length + dataBytes)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }
}
