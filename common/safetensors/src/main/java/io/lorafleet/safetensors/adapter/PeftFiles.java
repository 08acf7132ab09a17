// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.lorafleet.safetensors.BadSafetensorsException;
import io.lorafleet.safetensors.SafetensorsHeader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Combines the two files of a PEFT folder into one, with the names and the metadata that diffusers uses. Only the header
 * changes: the tensors follow in the same order.
 */
public final class PeftFiles {
    public static final String CONFIG = "adapter_config.json";
    public static final String WEIGHTS = "adapter_model.safetensors";
    /** Limit on the size of {@link #CONFIG}. A config that names each layer of SDXL has about 50 KB. */
    public static final int MAX_CONFIG_BYTES = 1 << 20;

    private static final String PREFIX = "base_model.model.";
    /** Readers expect the tensors at a multiple of this number of bytes. */
    private static final int ALIGNMENT = 8;

    private PeftFiles() {}

    /**
     * An adapter as one file.
     *
     * @param bytes size of the file
     * @param content content of the file; closing it closes the weights
     */
    public record Combined(long bytes, InputStream content) {}

    /**
     * @param config content of {@link #CONFIG}
     * @param weights content of {@link #WEIGHTS}, of which the header is read
     * @param bytes size of {@link #WEIGHTS}
     * @throws BadSafetensorsException if the header is invalid, or does not fit the size
     * @throws BadAdapterException if the config is not a JSON object, or a tensor does not have PEFT's prefix
     */
    public static Combined combine(byte[] config, InputStream weights, long bytes)
            throws IOException, BadSafetensorsException, BadAdapterException {
        SafetensorsHeader header = SafetensorsHeader.read(weights, SafetensorsHeader.MAX_ADAPTER_HEADER_BYTES);
        header.requireFileOf(bytes);
        byte[] start = header(config, header);
        return new Combined(
                start.length + header.dataBytes(), new SequenceInputStream(new ByteArrayInputStream(start), weights));
    }

    /** @return the start of the combined file, up to the tensors */
    private static byte[] header(byte[] config, SafetensorsHeader weights) throws BadAdapterException {
        JsonNode settings = PeftSettings.object(CONFIG, new String(config, StandardCharsets.UTF_8));
        List<String> others = weights.tensors().keySet().stream()
                .filter(name -> !name.startsWith(PREFIX))
                .toList();
        if (!others.isEmpty()) {
            throw new BadAdapterException(List.of(
                    "tensors without PEFT's prefix " + PREFIX + ": " + others.size() + ", such as " + others.get(0)));
        }
        ModelPart part = part(settings, weights.tensors().keySet().stream().toList());
        ObjectNode header = JsonNodeFactory.instance.objectNode();
        ObjectNode metadata = header.putObject("__metadata__").put("format", "pt");
        PeftSettings.of(settings).toMetadata(part).forEach(metadata::put);
        for (Map.Entry<String, SafetensorsHeader.Tensor> each :
                weights.tensors().entrySet()) {
            SafetensorsHeader.Tensor tensor = each.getValue();
            ObjectNode entry =
                    header.putObject(part.folder() + "." + each.getKey().substring(PREFIX.length()));
            entry.put("dtype", tensor.type().name());
            Arrays.stream(tensor.shape()).forEach(entry.putArray("shape")::add);
            entry.putArray("data_offsets").add(tensor.offset()).add(tensor.offset() + tensor.bytes());
        }
        return framed(header.toString());
    }

    /** @return the part that the config names; PEFT stores the class of the model that it adapted */
    private static ModelPart part(JsonNode config, List<String> tensors) {
        String adapted = config.path("auto_mapping").path("base_model_class").asText();
        return switch (adapted) {
            case "UNet2DConditionModel" -> ModelPart.UNET;
            case "CLIPTextModel" -> ModelPart.TEXT_ENCODER;
            case "CLIPTextModelWithProjection" -> ModelPart.TEXT_ENCODER_2;
            default -> { // for example, a class that wraps one of these
                List<String> layers = new ArrayList<>();
                tensors.forEach(tensor -> TensorName.parse(tensor).ifPresent(name -> layers.add(name.layer())));
                boolean isText =
                        layers.stream().anyMatch(layer -> TextEncoderLayers.areNamed(NamingScheme.PEFT, layer));
                yield isText ? ModelPart.TEXT_ENCODER : ModelPart.UNET;
            }
        };
    }

    private static byte[] framed(String header) {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        int padded = (json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        byte[] framed = new byte[Long.BYTES + padded];
        Arrays.fill(framed, (byte) ' ');
        ByteBuffer.wrap(framed).order(ByteOrder.LITTLE_ENDIAN).putLong(padded).put(json);
        return framed;
    }
}
