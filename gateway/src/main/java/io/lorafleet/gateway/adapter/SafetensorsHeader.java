package io.lorafleet.gateway.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The start of a safetensors file: the header's length in eight bytes, little-endian, then the header, a JSON object.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
final class SafetensorsHeader {
    private static final int LENGTH_BYTES = Long.BYTES;
    /** The format's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    /** How diffusers and PEFT, kohya, and older diffusers call the factor A, whose first dimension is the rank. */
    private static final List<String> FACTOR_A = List.of("lora_A", "lora_down", "lora.down");

    private SafetensorsHeader() {}

    /** What a cheap look at a file says. Whether its layers fit the base, only a worker can tell. */
    sealed interface Look {
        /** @param rank the largest of its layers' */
        record Lora(int rank) implements Look {}

        /** It is no whole LoRA file. */
        record Fault(String reason) implements Look {}
    }

    static Look look(Path file) throws IOException {
        long size = Files.size(file);
        if (size <= LENGTH_BYTES) {
            return new Look.Fault("expected a safetensors file, found " + size + " bytes");
        }
        try (InputStream in = Files.newInputStream(file);
                DataInputStream data = new DataInputStream(in)) {
            long headerBytes = Long.reverseBytes(data.readLong());
            long most = Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES);
            if (headerBytes < 2 || headerBytes > most) {
                return new Look.Fault("expected a safetensors header of 2 to " + most + " bytes, found "
                        + Long.toUnsignedString(headerBytes));
            }
            JsonNode header = Json.read(data.readNBytes((int) headerBytes), JsonNode.class);
            return header.isObject()
                    ? look(header, size - LENGTH_BYTES - headerBytes)
                    : new Look.Fault("expected a JSON object as the safetensors header");
        } catch (InvalidMessageException e) {
            return new Look.Fault("expected a JSON object as the safetensors header, found what is no JSON");
        }
    }

    private static Look look(JsonNode header, long dataBytes) {
        // The tensors fill the rest of the file, so the last one ends where it does: else the upload broke off.
        long end = 0;
        int rank = 0;
        for (Map.Entry<String, JsonNode> tensor : header.properties()) {
            end = Math.max(end, tensor.getValue().path("data_offsets").path(1).asLong());
            if (FACTOR_A.stream().anyMatch(tensor.getKey()::contains)) {
                rank = Math.max(rank, tensor.getValue().path("shape").path(0).asInt());
            }
        }
        if (end != dataBytes) {
            return new Look.Fault("expected " + end + " bytes of tensors, found " + dataBytes);
        }
        return rank > 0
                ? new Look.Lora(rank)
                : new Look.Fault("expected tensors of a LoRA (" + String.join(", ", FACTOR_A) + "), found none");
    }
}
