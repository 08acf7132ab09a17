// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsHeaderTest {
    private static final long MOST = SafetensorsHeader.MAX_ADAPTER_HEADER_BYTES;
    private static final String TENSOR = "{\"dtype\":\"F32\",\"shape\":[1,2],\"data_offsets\":[0,8]}";

    @Test
    void readsTheHeader() throws Exception {
        SafetensorsHeader header = read("{\"__metadata__\":{\"made\":\"here\"},\"t\":" + TENSOR + "}  ");
        assertThat(header.metadata()).containsEntry("made", "here");
        assertThat(header.tensors().get("t"))
                .usingRecursiveComparison()
                .isEqualTo(new SafetensorsHeader.Tensor(TensorType.F32, new long[] {1, 2}, 0, 8));
        assertThat(header.fileBytes()).isEqualTo(header.dataStart() + 8);
        header.requireFileOf(header.fileBytes());
        assertThatThrownBy(() -> header.requireFileOf(header.fileBytes() - 1))
                .hasMessage("expected 8 bytes of tensor data, found 7 (truncated?)");
    }

    /** The bytes of this length, 0x80 and 0x02, are also the first bytes of a pickle. */
    @Test
    void readsAHeaderOf640Bytes() throws Exception {
        String json = "{\"t\":" + TENSOR + "}";
        SafetensorsHeader header = read(json + " ".repeat(640 - json.length()));
        assertThat(header.tensors()).containsOnlyKeys("t");
    }

    @Test
    void namesAPickleAndAZipFile() {
        byte[] pickle = {(byte) 0x80, 2, '}', 'q', 0, '(', 'X', 8, 0, 0, 0};
        byte[] zip = {'P', 'K', 3, 4, 0, 0, 8, 8, 0, 0, 0, 0};
        assertThatThrownBy(() -> SafetensorsHeader.read(new ByteArrayInputStream(pickle), MOST))
                .hasMessageStartingWith("expected a safetensors file, found a pickle");
        assertThatThrownBy(() -> SafetensorsHeader.read(new ByteArrayInputStream(zip), MOST))
                .hasMessageStartingWith("expected a safetensors file, found a zip file");
    }

    @Test
    void readsNothingAfterTheHeader() throws Exception {
        byte[] header = file("{\"t\":" + TENSOR + "}");
        byte[] whole = ByteBuffer.allocate(header.length + 4)
                .put(header)
                .put("data".getBytes(UTF_8))
                .array();
        ByteArrayInputStream in = new ByteArrayInputStream(whole);
        SafetensorsHeader.read(in, MOST);
        assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("data");
    }

    @Test
    void readsOnlyTheLengthOfAHeaderThatIsTooLong() {
        ByteArrayInputStream in = new ByteArrayInputStream(file(" ".repeat((int) MOST + 1)));
        assertThatThrownBy(() -> SafetensorsHeader.read(in, MOST))
                .isInstanceOf(BadSafetensorsException.class)
                .hasMessageStartingWith("header length: expected 2 to 8388608 bytes, found 8388609");
        assertThat(in.available()).isEqualTo((int) MOST + 1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"t":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | Duplicate field 't'
            {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}} | tensor b: expected a start at byte 8 of the data, found 4
            {"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}   | tensor b: expected a start at byte 1 of the data, found 2
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}       | data_offsets: expected an array of non-negative integers
            {"t":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}} | shape: expected an array of non-negative integers
            {"t":{"dtype":"F32","shape":[1,1,1,1,1,1,1,1,1],"data_offsets":[0,4]}} | shape: expected at most 8 numbers
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}      | data_offsets: expected at most 2 numbers
            {"t":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}        | tensor t: expected 4 bytes for F32 [1], found 8
            {"t":{"dtype":"Q4","shape":[1],"data_offsets":[0,8]}}         | tensor t: dtype: expected one of
            {"t":{"shape":[1],"data_offsets":[0,8]}}                      | expected dtype, shape and data_offsets
            {"t":[]}                                                      | tensor t: expected an object
            {"__metadata__":{"a":{}}}                                     | __metadata__: expected strings
            {"t":{"x":[[[[[[[[1]]]]]]]]}}                                 | nesting depth
            {} {}                                                         | expected nothing after the JSON object
            {"t                                                           | invalid JSON
            [1]                                                           | expected a JSON object
            """)
    void rejectsAnInconsistentHeader(String header, String message) {
        assertThatThrownBy(() -> read(header))
                .isInstanceOf(BadSafetensorsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void rejectsTooManyTensors() {
        String entries = IntStream.range(0, 50_001)
                .mapToObj(n -> "\"" + n + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}")
                .collect(Collectors.joining(",", "{", "}"));
        assertThatThrownBy(() -> read(entries)).hasMessage("header: expected at most 50000 tensors, found more");
    }

    @Test
    void rejectsANameThatIsTooLong() {
        assertThatThrownBy(() -> read("{\"" + "n".repeat(2000) + "\":" + TENSOR + "}"))
                .isInstanceOf(BadSafetensorsException.class);
    }

    @Test
    void readsOrRejectsEveryCorruptHeader() throws IOException {
        byte[] good = file("{\"__metadata__\":{\"made\":\"here\"},\"t\":" + TENSOR + "}");
        Random random = new Random(7);
        int refused = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] bad = good.clone();
            for (int flips = random.nextInt(3) + 1; flips > 0; flips--) {
                bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
            }
            try {
                SafetensorsHeader.read(new ByteArrayInputStream(bad), MOST);
            } catch (BadSafetensorsException e) {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(10_000);
    }

    private static SafetensorsHeader read(String header) throws IOException, BadSafetensorsException {
        return SafetensorsHeader.read(new ByteArrayInputStream(file(header)), MOST);
    }

    private static byte[] file(String header) {
        byte[] json = header.getBytes(UTF_8);
        return ByteBuffer.allocate(Long.BYTES + json.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }
}
