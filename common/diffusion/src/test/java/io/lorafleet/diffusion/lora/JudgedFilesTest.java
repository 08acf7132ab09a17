// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.lora;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.lorafleet.diffusion.weights.BaseParts;
import io.lorafleet.diffusion.weights.BaseWeights;
import io.lorafleet.diffusion.weights.ModelFileException;
import io.lorafleet.diffusion.weights.Safetensors;
import io.lorafleet.safetensors.adapter.TextEncoderTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The files of {@code adapter-files.json}, which the gateway's JudgedUploadsTest uploads. */
class JudgedFilesTest {
    private static final Path FILES = Path.of("../safetensors/src/test/resources/adapter-files.json");

    @ParameterizedTest(name = "{0}")
    @MethodSource("files")
    void readsOrRefusesTheFile(String name, JsonNode file, BaseParts base) {
        TextEncoderTensors textEncoder =
                TextEncoderTensors.valueOf(file.get("textEncoder").asText().toUpperCase(Locale.ROOT));
        byte[] content = file.has("hex")
                ? HexFormat.of().parseHex(file.get("hex").asText())
                : bytes(file.get("tensors"), Float.parseFloat(file.path("value").asText("0")));
        if (file.get("reason").isNull()) {
            LoraAdapter read = LoraFile.read(Safetensors.of(name, content), base, textEncoder);
            int updates = read.updates().size()
                    + read.textUpdates().stream().mapToInt(Map::size).sum();
            assertThat(updates).isEqualTo(file.path("updates").asInt(1));
            assertThat(read.vectors())
                    .allMatch(vectors ->
                            vectors.shape().equals(new Shape(file.get("vectors").asInt(), 5)))
                    .hasSize(file.has("vectors") ? 2 : 0);
        } else {
            assertThatThrownBy(() -> LoraFile.read(Safetensors.of(name, content), base, textEncoder))
                    .isInstanceOfAny(AdapterException.class, ModelFileException.class)
                    .hasMessageContaining(
                            file.path("engineReason").asText(file.get("reason").asText()));
        }
    }

    static Stream<Arguments> files() throws IOException {
        JsonNode list = new ObjectMapper().readTree(FILES.toFile());
        List<BaseWeights> textEncoders = StreamSupport.stream(
                        list.get("textEncoders").spliterator(), false)
                .map(JudgedFilesTest::weights)
                .toList();
        BaseParts base = new BaseParts(weights(list.get("base")), textEncoders);
        return StreamSupport.stream(list.get("files").spliterator(), false)
                .map(file -> Arguments.of(file.get("name").asText(), file, base));
    }

    private static BaseWeights weights(JsonNode shapes) {
        Map<String, Shape> weights = new HashMap<>();
        shapes.properties().forEach(weight -> weights.put(weight.getKey(), shape(weight.getValue())));
        return BaseWeights.ofShapes(weights);
    }

    private static Shape shape(JsonNode sides) {
        return new Shape(StreamSupport.stream(sides.spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray());
    }

    /** @return a safetensors file whose values are all the same */
    private static byte[] bytes(JsonNode tensors, float value) {
        StringBuilder header = new StringBuilder("{\"__metadata__\": {}");
        long[] end = new long[1];
        tensors.properties().forEach(tensor -> {
            long start = end[0];
            end[0] += Float.BYTES * shape(tensor.getValue()).size();
            header.append(", \"%s\": {\"dtype\": \"F32\", \"shape\": %s, \"data_offsets\": [%d, %d]}"
                    .formatted(tensor.getKey(), tensor.getValue(), start, end[0]));
        });
        byte[] json = header.append('}').toString().getBytes(UTF_8);
        ByteBuffer file = ByteBuffer.allocate(Long.BYTES + json.length + (int) end[0])
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json);
        while (file.hasRemaining()) {
            file.putFloat(value);
        }
        return file.array();
    }
}
