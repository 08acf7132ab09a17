// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.lorafleet.diffusion.weights.SafetensorsWriter;
import io.lorafleet.messages.BlobKeys;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.Sha256;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Adapters for the demo model, some of which do not fit. */
public final class DemoAdapter {
    /** A layer in the middle of the demo model, with 192 input and 192 output channels. */
    private static final String LAYER = "unet.mid_block.attentions.0.transformer_blocks.0.attn1.to_v";

    private static final String TEXT_LAYER = "text_encoder.text_model.encoder.layers.0.self_attn.out_proj";

    private DemoAdapter() {}

    /** @param width input width; 192 fits @param strength magnitude of the update */
    public static byte[] weights(int width, float strength) {
        return weights(width, 2, strength);
    }

    public static byte[] weights(int width, int rank, float strength) {
        try (NDManager scope = NDManager.newBaseManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put(LAYER + ".lora_A.weight", scope.full(new Shape(rank, width), strength, DataType.FLOAT32));
            tensors.put(LAYER + ".lora_B.weight", scope.ones(new Shape(192, rank)));
            return SafetensorsWriter.write(tensors, Map.of());
        }
    }

    /** @return an adapter that also changes the demo model's text encoder, which is 128 wide */
    public static byte[] withTextEncoder(int width, float strength) {
        try (NDManager scope = NDManager.newBaseManager()) {
            Map<String, NDArray> tensors = new LinkedHashMap<>();
            tensors.put(LAYER + ".lora_A.weight", scope.full(new Shape(2, width), strength, DataType.FLOAT32));
            tensors.put(LAYER + ".lora_B.weight", scope.ones(new Shape(192, 2)));
            tensors.put(TEXT_LAYER + ".lora_A.weight", scope.full(new Shape(2, 128), strength, DataType.FLOAT32));
            tensors.put(TEXT_LAYER + ".lora_B.weight", scope.ones(new Shape(128, 2)));
            return SafetensorsWriter.write(tensors, Map.of());
        }
    }

    /** @return an embedding for the demo model's text encoder, which is 128 wide */
    public static byte[] embedding(int vectors) {
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray values = scope.arange(vectors * 128f).cos().mul(0.5).reshape(vectors, 128);
            return SafetensorsWriter.write(Map.of("emb_params", values), Map.of());
        }
    }

    /**
     * Stores the weights.
     *
     * @return the adapter
     */
    public static PinnedAdapter store(String name, byte[] weights, BlobStore blobs) throws IOException {
        PinnedAdapter pinned = new PinnedAdapter(name, 1, Sha256.of(weights));
        blobs.putIfAbsent(BlobKeys.adapter(pinned.sha256()), weights);
        return pinned;
    }
}
