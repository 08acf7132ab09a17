// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
    @TempDir
    private Path folder;

    @Test
    void readsWhatWasWritten() throws IOException {
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray tensor = scope.create(new float[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
            Path path = folder.resolve("t.safetensors");
            Files.write(path, SafetensorsWriter.write(Map.of("t", tensor), Map.of("made", "here")));
            Safetensors file = Safetensors.open(path);
            assertThat(file.read("t", scope)).isEqualTo(tensor);
            assertThat(file.metadata()).containsEntry("made", "here");
        }
    }

    @Test
    void widensBfloat16() {
        byte[] file = file("{\"t\":{\"dtype\":\"BF16\",\"shape\":[2],\"data_offsets\":[0,4]}}", 0x80, 0x3F, 0, 0xC0);
        try (NDManager scope = NDManager.newBaseManager()) {
            NDArray tensor = Safetensors.of("file", file).read("t", scope);
            assertThat(tensor.getDataType()).isEqualTo(DataType.FLOAT32);
            assertThat(tensor.toFloatArray()).containsExactly(1, -2);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}   | expected 4 bytes for F32 [1], found 8
            {"t":{"dtype":"F32","shape":[3],"data_offsets":[0,12]}}  | expected 12 bytes of tensor data, found 8 (truncated?)
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | expected 4 bytes of tensor data, found 8
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | expected a start at byte 0 of the data, found 4
            {"t":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}   | expected a start and an end
            {"t":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}  | shape: expected an array of non-negative integers
            {"t":{"dtype":"F32","shape":[2.5],"data_offsets":[0,8]}} | shape: expected an array of non-negative integers
            {"t":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}} | expected a size below
            {"t":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}} | dtype: expected one of
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | Duplicate field 't'
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | expected a start at byte 8 of the data, found 4
            []                                                       | expected a JSON object
            {"t":                                                    | invalid JSON
            """)
    void rejectsAnInconsistentHeader(String header, String message) {
        byte[] file = file(header, 0, 0, 0, 0, 0, 0, 0, 0);
        assertThatThrownBy(() -> Safetensors.of("bad.safetensors", file))
                .isInstanceOf(ModelFileException.class)
                .hasMessageStartingWith("bad.safetensors")
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @CsvSource({"-1", "0", "1000000", "9223372036854775807"})
    void rejectsAHeaderLengthBeyondTheFile(long length) {
        byte[] file = file("{}");
        ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
        assertThatThrownBy(() -> Safetensors.of("bad.safetensors", file))
                .hasMessageContaining("header length: expected");
    }

    /** A corrupt file is read or rejected; no other exception is thrown. */
    @Test
    void readsOrRejectsEveryCorruptFile() {
        byte[] good =
                file("{\"t\":{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}}", 1, 2, 3, 4, 5, 6, 7, 8);
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad =
                    java.util.Arrays.copyOf(good, random.nextInt(4) == 0 ? random.nextInt(good.length) : good.length);
            for (int flips = random.nextInt(3) + 1; flips > 0 && bad.length > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                Safetensors.of("damaged", bad);
            } catch (ModelFileException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static byte[] file(String header, int... data) {
        byte[] json = header.getBytes(UTF_8);
        ByteBuffer file = ByteBuffer.allocate(8 + json.length + data.length).order(ByteOrder.LITTLE_ENDIAN);
        file.putLong(json.length).put(json);
        for (int b : data) {
            file.put((byte) b);
        }
        return file.array();
    }
}
