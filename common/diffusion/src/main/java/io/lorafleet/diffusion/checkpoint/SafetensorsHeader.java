package io.lorafleet.diffusion.checkpoint;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The table of contents of a safetensors file: 8 bytes of length (little-endian), that much JSON, then the tensors.
 *
 * <p>It comes from outside, so nothing in it is believed: types are from a list, sizes are computed without overflow,
 * and the tensors must fill the rest of the file without gap or overlap.
 *
 * @param tensors by name, in the order of the file
 * @param metadata free strings
 * @see <a href="https://huggingface.co/docs/safetensors">safetensors</a>
 */
record SafetensorsHeader(Map<String, Tensor> tensors, Map<String, String> metadata) {
    static final int LENGTH_BYTES = 8;
    /** As in the reference implementation. */
    static final long MAX_HEADER_BYTES = 100_000_000;

    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
            .build();

    /**
     * One tensor.
     *
     * @param offset of its first byte after the header
     */
    record Tensor(TensorType type, long[] shape, long offset, long bytes) {}

    /**
     * @param file for messages
     * @param json the header
     * @param dataBytes bytes after the header
     */
    static SafetensorsHeader parse(String file, byte[] json, long dataBytes) {
        JsonNode root;
        try {
            root = MAPPER.readTree(json);
        } catch (IOException e) {
            throw new CheckpointException(file + ": header is not JSON without duplicate names: " + e.getMessage(), e);
        }
        if (root == null || !root.isObject()) {
            throw new CheckpointException(file + ": header: expected a JSON object");
        }
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        Map<String, String> metadata = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> entry : root.properties()) {
            if (entry.getKey().equals("__metadata__")) {
                entry.getValue()
                        .properties()
                        .forEach(e -> metadata.put(e.getKey(), e.getValue().asText()));
            } else {
                tensors.put(entry.getKey(), tensor(file + ": tensor " + entry.getKey(), entry.getValue()));
            }
        }
        requireContiguous(file, tensors, dataBytes);
        return new SafetensorsHeader(tensors, metadata);
    }

    private static Tensor tensor(String where, JsonNode node) {
        TensorType type = type(where, node.path("dtype").asText());
        long[] shape = longs(where + ": shape", node.path("shape"));
        long[] offsets = longs(where + ": data_offsets", node.path("data_offsets"));
        if (offsets.length != 2 || offsets[0] > offsets[1]) {
            throw new CheckpointException(where + ": data_offsets: expected a begin and an end");
        }
        long expected = type.bytes();
        try {
            for (long dimension : shape) {
                expected = Math.multiplyExact(expected, dimension);
            }
        } catch (ArithmeticException e) {
            throw new CheckpointException(where + ": shape " + Arrays.toString(shape) + " is too large", e);
        }
        long found = offsets[1] - offsets[0];
        if (expected != found) {
            throw new CheckpointException(where + ": " + type + " " + Arrays.toString(shape) + " takes " + expected
                    + " bytes, found " + found);
        }
        return new Tensor(type, shape, offsets[0], found);
    }

    private static TensorType type(String where, String name) {
        try {
            return TensorType.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new CheckpointException(
                    where + ": dtype: expected one of " + List.of(TensorType.values()) + ", found '" + name + "'", e);
        }
    }

    private static long[] longs(String where, JsonNode node) {
        long[] values = new long[node.size()];
        for (int i = 0; i < values.length; i++) {
            JsonNode value = node.get(i);
            if (!node.isArray() || !value.canConvertToLong() || !value.isIntegralNumber() || value.longValue() < 0) {
                throw new CheckpointException(where + ": expected a list of whole numbers of at least 0");
            }
            values[i] = value.longValue();
        }
        return values;
    }

    private static void requireContiguous(String file, Map<String, Tensor> tensors, long dataBytes) {
        List<Map.Entry<String, Tensor>> inFileOrder = tensors.entrySet().stream()
                .sorted(Comparator.comparingLong(
                                (Map.Entry<String, Tensor> e) -> e.getValue().offset())
                        .thenComparingLong(e -> e.getValue().bytes()))
                .toList();
        long end = 0;
        for (Map.Entry<String, Tensor> entry : inFileOrder) {
            if (entry.getValue().offset() != end) {
                throw new CheckpointException(file + ": tensor " + entry.getKey() + ": expected to begin at byte " + end
                        + " of the data, found " + entry.getValue().offset());
            }
            end += entry.getValue().bytes();
        }
        if (end != dataBytes) {
            throw new CheckpointException(file + ": expected " + end + " bytes of tensors, found " + dataBytes
                    + (dataBytes < end ? " (truncated?)" : ""));
        }
    }
}
