// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Sample safetensors files. */
public final class LoraFiles {
    private LoraFiles() {}

    /** @return a LoRA file with one layer; different titles give different bytes */
    public static byte[] lora(String title, int rank) {
        return safetensors("""
                {"__metadata__": {"title": "%1$s"},
                 "unet.conv_in.lora_A.weight": {"dtype": "F32", "shape": [%2$d, 1], "data_offsets": [0, %3$d]},
                 "unet.conv_in.lora_B.weight": {"dtype": "F32", "shape": [1, %2$d], "data_offsets": [%3$d, %4$d]}}
                """.formatted(title, rank, 4 * rank, 8 * rank), 8 * rank);
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
