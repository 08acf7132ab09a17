package io.lorafleet.gateway.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The start of a safetensors file: the header's length in eight bytes, little-endian, then the header, a JSON object.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
final class SafetensorsHeader {
    private static final int LENGTH_BYTES = Long.BYTES;
    /** The format's own limit. */
    private static final long MAX_HEADER_BYTES = 100_000_000;

    private SafetensorsHeader() {}

    /** A cheap look that tells a safetensors file from anything else. @return what is wrong with it, or nothing */
    static Optional<String> fault(Path file) throws IOException {
        long size = Files.size(file);
        if (size <= LENGTH_BYTES) {
            return Optional.of("expected a safetensors file, found " + size + " bytes");
        }
        try (InputStream in = Files.newInputStream(file);
                DataInputStream data = new DataInputStream(in)) {
            long headerBytes = Long.reverseBytes(data.readLong());
            long most = Math.min(MAX_HEADER_BYTES, size - LENGTH_BYTES);
            if (headerBytes < 2 || headerBytes > most) {
                return Optional.of("expected a safetensors header of 2 to " + most + " bytes, found "
                        + Long.toUnsignedString(headerBytes));
            }
            JsonNode header = Json.read(data.readNBytes((int) headerBytes), JsonNode.class);
            return header.isObject()
                    ? faultOfLength(header, size - LENGTH_BYTES - headerBytes)
                    : Optional.of("expected a JSON object as the safetensors header");
        } catch (InvalidMessageException e) {
            return Optional.of("expected a JSON object as the safetensors header, found what is no JSON");
        }
    }

    /** The tensors fill the rest of the file, so the last one ends where it does: else the upload broke off. */
    private static Optional<String> faultOfLength(JsonNode header, long dataBytes) {
        long end = 0;
        for (JsonNode tensor : header) {
            end = Math.max(end, tensor.path("data_offsets").path(1).asLong());
        }
        return end == dataBytes
                ? Optional.empty()
                : Optional.of("expected " + end + " bytes of tensors, found " + dataBytes);
    }
}
