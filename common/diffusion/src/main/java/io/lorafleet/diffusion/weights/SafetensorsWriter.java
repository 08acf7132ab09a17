// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.safetensors.TensorType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/** Writes float32 tensors as a safetensors file. The same tensors always produce the same bytes. */
public final class SafetensorsWriter {
    private SafetensorsWriter() {}

    /**
     * @param tensors float32 tensors by name, written in the order of the map
     * @param metadata file metadata
     * @return the file content
     */
    public static byte[] write(Map<String, NDArray> tensors, Map<String, String> metadata) {
        ObjectMapper mapper = new ObjectMapper();
        ObjectNode header = mapper.createObjectNode();
        if (!metadata.isEmpty()) {
            metadata.forEach(header.putObject("__metadata__")::put);
        }
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        tensors.forEach((name, tensor) -> {
            if (tensor.getDataType() != DataType.FLOAT32) {
                throw new IllegalArgumentException(name + ": expected float32, found " + tensor.getDataType());
            }
            ObjectNode entry = header.putObject(name).put("dtype", TensorType.F32.name());
            for (long dimension : tensor.getShape().getShape()) {
                entry.withArray("shape").add(dimension);
            }
            entry.withArray("shape");
            entry.putArray("data_offsets").add(data.size()).add(data.size() + tensor.size() * Float.BYTES);
            data.writeBytes(littleEndian(tensor.toFloatArray()));
        });
        try {
            byte[] json = mapper.writeValueAsBytes(header);
            int padding = -json.length & 7; // aligns the tensors to 8 bytes
            ByteBuffer file =
                    ByteBuffer.allocate(8 + json.length + padding + data.size()).order(ByteOrder.LITTLE_ENDIAN);
            file.putLong(json.length + padding)
                    .put(json)
                    .put(" ".repeat(padding).getBytes(StandardCharsets.US_ASCII));
            return file.put(data.toByteArray()).array();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] littleEndian(float[] values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }
}
