// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** An almost untrained student of the demo model. */
public final class DemoStudent {
    public static final int RANK = 2;

    /** A layer in the mid block of the demo model, with 192 input and 192 output channels. */
    private static final String LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_v";

    private DemoStudent() {}

    /** Stores the file of the student. @return the first version of the student */
    public static AdapterVersion store(String name, BlobStore blobs) throws IOException {
        byte[] file = file();
        String sha256 = Sha256.of(file);
        blobs.putIfAbsent(BlobKeys.adapter(sha256), file);
        return new AdapterVersion(
                name, 1, sha256, file.length, RANK, null, AdapterVersion.Kind.STUDENT, 5.0, Samples.NOW, null);
    }

    private static byte[] file() {
        try (NDManager scope = NDManager.newBaseManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put(LAYER + ".lora_A.weight", scope.full(new Shape(RANK, 192), 0.01f, DataType.FLOAT32));
            tensors.put(LAYER + ".lora_B.weight", scope.full(new Shape(192, RANK), 0.01f, DataType.FLOAT32));
            return SafetensorsWriter.write(tensors, Map.of());
        }
    }
}
