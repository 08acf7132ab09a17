// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * Writes ControlNets for the demo model, in the diffusers layout. Like a ControlNet before its training, they contain a
 * copy of the UNet's downsampling half and middle block. Their other layers have random weights, so that they change
 * images. This class does not need the model library, so test resources can use it.
 */
public final class DemoControlNet {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WEIGHTS = "diffusion_pytorch_model.safetensors";
    private static final List<String> COPIED = List.of("conv_in.", "time_embedding.", "down_blocks.", "mid_block.");
    /** Number of channels of each skip connection of the demo model's UNet. */
    private static final int[] SKIPS = {64, 64, 64, 128, 128, 192};
    /** Number of channels of its middle block. */
    private static final int MIDDLE = 192;

    private static final String CONFIG = """
            {"_class_name": "ControlNetModel", "in_channels": 4, "block_out_channels": [64, 128, 192],
             "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"],
             "layers_per_block": 1, "attention_head_dim": 4, "cross_attention_dim": 128, "norm_num_groups": 32,
             "conditioning_embedding_out_channels": [8, 16, 32]}
            """;

    private final ObjectNode header = JSON.createObjectNode();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();
    private final Random random;

    private DemoControlNet(long seed) {
        random = new Random(seed);
    }

    /**
     * @param demoModel folder of the demo model
     * @param folder folder to create
     * @param seed seed of the random weights
     */
    public static void write(Path demoModel, Path folder, long seed) throws IOException {
        DemoControlNet net = new DemoControlNet(seed);
        net.copyEncoder(Files.readAllBytes(demoModel.resolve("unet").resolve(WEIGHTS)));
        net.addConditionEmbedding();
        for (int i = 0; i < SKIPS.length; i++) {
            net.addConvolution("controlnet_down_blocks." + i, SKIPS[i], SKIPS[i], 1);
        }
        net.addConvolution("controlnet_mid_block", MIDDLE, MIDDLE, 1);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("config.json"), CONFIG);
        Files.write(folder.resolve(WEIGHTS), net.file());
    }

    private void copyEncoder(byte[] unet) throws IOException {
        int headerBytes =
                (int) ByteBuffer.wrap(unet).order(ByteOrder.LITTLE_ENDIAN).getLong();
        JsonNode tensors = JSON.readTree(unet, Long.BYTES, headerBytes);
        for (String name : (Iterable<String>) tensors::fieldNames) {
            if (COPIED.stream().anyMatch(name::startsWith)) {
                JsonNode tensor = tensors.get(name);
                int start = tensor.get("data_offsets").get(0).intValue();
                int end = tensor.get("data_offsets").get(1).intValue();
                describe(name, tensor.get("dtype").textValue(), end - start, tensor.get("shape"));
                data.write(unet, Long.BYTES + headerBytes + start, end - start);
            }
        }
    }

    private void addConditionEmbedding() {
        String prefix = "controlnet_cond_embedding.";
        addConvolution(prefix + "conv_in", 3, 8, 3);
        addConvolution(prefix + "blocks.0", 8, 8, 3);
        addConvolution(prefix + "blocks.1", 8, 16, 3);
        addConvolution(prefix + "blocks.2", 16, 16, 3);
        addConvolution(prefix + "blocks.3", 16, 32, 3);
        addConvolution(prefix + "conv_out", 32, 64, 3);
    }

    private void addConvolution(String name, int in, int out, int kernel) {
        int inputs = in * kernel * kernel;
        addRandom(name + ".weight", 1 / Math.sqrt(inputs), out, in, kernel, kernel);
        addRandom(name + ".bias", 0.1, out);
    }

    private void addRandom(String name, double deviation, int... shape) {
        int size = 1;
        for (int side : shape) {
            size *= side;
        }
        ByteBuffer values = ByteBuffer.allocate(size * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            values.putFloat((float) (deviation * random.nextGaussian()));
        }
        describe(name, "F32", values.capacity(), JSON.valueToTree(shape));
        data.writeBytes(values.array());
    }

    private void describe(String name, String type, int bytes, JsonNode shape) {
        ObjectNode tensor = header.putObject(name).put("dtype", type);
        tensor.set("shape", shape);
        tensor.putArray("data_offsets").add(data.size()).add(data.size() + bytes);
    }

    private byte[] file() throws IOException {
        byte[] json = JSON.writeValueAsBytes(header);
        ByteBuffer file =
                ByteBuffer.allocate(Long.BYTES + json.length + data.size()).order(ByteOrder.LITTLE_ENDIAN);
        return file.putLong(json.length).put(json).put(data.toByteArray()).array();
    }
}
