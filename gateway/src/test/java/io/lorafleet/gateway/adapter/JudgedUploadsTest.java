// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import static io.lorafleet.gateway.Adapters.NOW;
import static io.lorafleet.gateway.LoraFiles.safetensors;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.gateway.Storage;
import io.lorafleet.gateway.adapter.AdapterUploads.Description;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.SamplerName;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.messages.adapter.AdapterVersion.TextEncoder;
import io.lorafleet.messages.adapter.Embedding;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import io.lorafleet.messages.worker.WorkerStatus.TextEncoderShape;
import io.lorafleet.registry.AdapterRegistry;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import io.lorafleet.storage.BlobStore;
import io.lorafleet.storage.DirectoryBlobStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of {@code adapter-files.json}, which the engine's JudgedFilesTest reads. */
class JudgedUploadsTest {
    private static final Path FILES = Path.of("../common/safetensors/src/test/resources/adapter-files.json");
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);

    @TempDir
    private Path directory;

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void publishesOrRefusesTheFile(String name, JsonNode file) throws IOException {
        BlobStore blobs = new DirectoryBlobStore(directory);
        AdapterUploads uploads = new AdapterUploads(
                new AdapterRegistry(), new ListedLog(), blobs, Storage.unlimited(blobs), models(), 1_000_000, CLOCK);
        TextEncoderTensors textEncoder =
                TextEncoderTensors.valueOf(file.get("textEncoder").asText().toUpperCase(Locale.ROOT));
        Description adapter = new Description("ink", AdapterVersion.Kind.STYLE, null, null, textEncoder, null, null);

        Upload upload = uploads.upload(adapter, null, -1, new ByteArrayInputStream(content(file)));

        if (file.get("reason").isNull()) {
            assertThat(upload)
                    .isInstanceOfSatisfying(
                            Upload.Published.class,
                            published -> assertThat(published.version())
                                    .returns(expected(file.get("tensors"), textEncoder), AdapterVersion::textEncoder)
                                    .returns(
                                            file.has("vectors")
                                                    ? new Embedding(
                                                            "ink",
                                                            file.get("vectors").asInt())
                                                    : null,
                                            AdapterVersion::embedding));
        } else {
            assertThat(upload)
                    .isInstanceOfSatisfying(
                            Upload.Refused.class,
                            refused -> assertThat(refused.reason())
                                    .contains(file.path("gatewayReason")
                                            .asText(file.get("reason").asText())));
        }
    }

    /** @return a worker with the text encoders of the file */
    private static ModelDirectory models() {
        TextEncoderShape shape = new TextEncoderShape(5, 1, 77);
        BaseModel base =
                new BaseModel("tiny-sd", "ab".repeat(32), 8, 64, SamplerName.DDIM, null, List.of(shape, shape));
        ModelDirectory models = new ModelDirectory(CLOCK);
        models.apply(
                new WorkerStatus("w1", WorkerStatus.State.READY, "cpu()", 1, 0, null, base, List.of(), List.of(), NOW));
        return models;
    }

    private static @Nullable TextEncoder expected(JsonNode tensors, TextEncoderTensors textEncoder) {
        boolean hasText = tensors.propertyStream()
                .anyMatch(tensor -> tensor.getKey().startsWith("lora_te")
                        || tensor.getKey().startsWith("text_encoder")
                        || tensor.getKey().startsWith("clip_"));
        return !hasText ? null : textEncoder == TextEncoderTensors.IGNORE ? TextEncoder.IGNORED : TextEncoder.APPLIED;
    }

    static Stream<Arguments> files() throws IOException {
        JsonNode files = new ObjectMapper().readTree(FILES.toFile()).get("files");
        return StreamSupport.stream(files.spliterator(), false)
                .map(file -> Arguments.of(file.get("name").asText(), file));
    }

    private static byte[] content(JsonNode file) {
        if (file.has("hex")) {
            return HexFormat.of().parseHex(file.get("hex").asText());
        }
        byte[] bytes = bytes(file.get("tensors"));
        if (file.has("value")) {
            float last = Float.parseFloat(file.get("value").asText());
            ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putFloat(bytes.length - Float.BYTES, last);
        }
        return bytes;
    }

    /** @return a safetensors file whose values are all zero */
    private static byte[] bytes(JsonNode tensors) {
        StringBuilder header = new StringBuilder("{\"__metadata__\": {}");
        int[] end = new int[1];
        tensors.properties().forEach(tensor -> {
            int start = end[0];
            int size = StreamSupport.stream(tensor.getValue().spliterator(), false)
                    .mapToInt(JsonNode::asInt)
                    .reduce(1, (product, side) -> product * side);
            end[0] += Float.BYTES * size;
            header.append(", \"%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                    .formatted(tensor.getKey(), tensor.getValue(), start, end[0]));
        });
        return safetensors(header.append('}').toString(), end[0]);
    }
}
