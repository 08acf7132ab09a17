// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.safetensors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import io.lorafleet.safetensors.SafetensorsHeader.Tensor;
import java.io.CharConversionException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads the JSON of a header piece by piece: of what is not looked at, nothing is kept. */
final class HeaderReader {
    private static final String METADATA = "__metadata__";
    /** A whole pipeline of SDXL has 2,600, the largest LoRA of it some 8,000. */
    private static final int MAX_TENSORS = 50_000;
    /** As in PyTorch's kernels; convolutions have 4 or 5. */
    private static final int MAX_DIMENSIONS = 8;
    /** Diffusers' longest are some 150. */
    private static final int MAX_NAME_CHARACTERS = 1000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8) // three are needed: the object, a tensor, its shape
                    .maxNameLength(MAX_NAME_CHARACTERS)
                    .maxNumberLength(20) // digits of a long, and one more
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            // Strangers' names are not to be kept.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final JsonParser json;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** What a header holds. */
    record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    private HeaderReader(JsonParser json) {
        this.json = json;
    }

    /** @param in of which {@code bytes} are read */
    static Contents read(InputStream in, int bytes) throws IOException, BadSafetensorsException {
        try (JsonParser json = JSON.createParser(new Part(in, bytes))) {
            HeaderReader reader = new HeaderReader(json);
            reader.readObject();
            return new Contents(reader.tensors, reader.metadata);
        } catch (JsonProcessingException e) {
            throw new BadSafetensorsException(
                    "header: expected a JSON object, found what is not JSON: " + e.getOriginalMessage());
        } catch (CharConversionException e) {
            throw new BadSafetensorsException("header: expected a JSON object, found bytes that are no text");
        }
    }

    private void readObject() throws IOException, BadSafetensorsException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BadSafetensorsException("header: expected a JSON object");
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            json.nextToken();
            if (name.equals(METADATA)) {
                readMetadata();
            } else if (tensors.size() == MAX_TENSORS) {
                throw new BadSafetensorsException("header: expected at most " + MAX_TENSORS + " tensors, found more");
            } else {
                tensors.put(name, tensor("tensor " + name));
            }
        }
        if (json.nextToken() != null) {
            throw new BadSafetensorsException("header: expected a JSON object, found more behind it");
        }
    }

    private void readMetadata() throws IOException, BadSafetensorsException {
        require(json.currentToken() == JsonToken.START_OBJECT, METADATA + ": expected an object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            require(json.nextToken().isScalarValue(), METADATA + ": expected texts");
            metadata.put(name, json.getText());
        }
    }

    private Tensor tensor(String where) throws IOException, BadSafetensorsException {
        require(json.currentToken() == JsonToken.START_OBJECT, where + ": expected an object");
        TensorType type = null;
        long[] shape = null;
        long[] offsets = null;
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            switch (field) {
                case "dtype" -> type = type(where + ": dtype");
                case "shape" -> shape = longs(where + ": shape", MAX_DIMENSIONS);
                case "data_offsets" -> offsets = longs(where + ": data_offsets", 2);
                default -> json.skipChildren();
            }
        }
        if (type == null || shape == null || offsets == null) {
            throw new BadSafetensorsException(where + ": expected dtype, shape and data_offsets");
        }
        require(offsets.length == 2 && offsets[0] <= offsets[1], where + ": data_offsets: expected a begin and an end");
        long expected = bytes(where, type, shape);
        long found = offsets[1] - offsets[0];
        require(
                expected == found,
                where + ": " + type + " " + Arrays.toString(shape) + " takes " + expected + " bytes, found " + found);
        return new Tensor(type, shape, offsets[0], found);
    }

    private TensorType type(String where) throws IOException, BadSafetensorsException {
        String name = json.currentToken() == JsonToken.VALUE_STRING ? json.getText() : "";
        for (TensorType type : TensorType.values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new BadSafetensorsException(where + ": expected one of " + List.of(TensorType.values()) + ", found "
                + (name.length() > MAX_NAME_CHARACTERS ? "a long text" : "'" + name + "'"));
    }

    private static long bytes(String where, TensorType type, long[] shape) throws BadSafetensorsException {
        long bytes = type.bytes();
        try {
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new BadSafetensorsException(where + ": shape " + Arrays.toString(shape) + " is too large");
        }
    }

    private long[] longs(String where, int most) throws IOException, BadSafetensorsException {
        String expected = where + ": expected a list of whole numbers of at least 0";
        require(json.currentToken() == JsonToken.START_ARRAY, expected);
        long[] values = new long[most];
        int count = 0;
        while (json.nextToken() != JsonToken.END_ARRAY) {
            require(count < most, where + ": expected at most " + most + " numbers, found more");
            require(
                    json.currentToken() == JsonToken.VALUE_NUMBER_INT
                            && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                            && json.getLongValue() >= 0,
                    expected);
            values[count++] = json.getLongValue();
        }
        return Arrays.copyOf(values, count);
    }

    private static void require(boolean holds, String message) throws BadSafetensorsException {
        if (!holds) {
            throw new BadSafetensorsException(message);
        }
    }

    /** The next bytes of a stream, and no more. */
    private static final class Part extends FilterInputStream {
        private int left;

        Part(InputStream in, int bytes) {
            super(in);
            this.left = bytes;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int read = super.read(buffer, offset, Math.min(length, left));
            left -= Math.max(0, read);
            return read;
        }
    }
}
