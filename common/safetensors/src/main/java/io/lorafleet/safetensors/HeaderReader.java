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

/** Reads a header's JSON as a stream and keeps only the fields that are needed. */
final class HeaderReader {
    private static final String METADATA = "__metadata__";
    /** Limit on the number of tensors. An SDXL pipeline has 2,600, and the largest SDXL LoRA has about 8,000. */
    private static final int MAX_TENSORS = 50_000;
    /** Limit on the number of dimensions, as in PyTorch's kernels. Convolution weights have 4 or 5. */
    private static final int MAX_DIMENSIONS = 8;
    /** Limit on the length of tensor names. The longest names in diffusers have about 150 characters. */
    private static final int MAX_NAME_CHARACTERS = 1000;

    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8) // object, tensor and shape need three levels
                    .maxNameLength(MAX_NAME_CHARACTERS)
                    .maxNumberLength(20) // one more than the digits in a long
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .disable(StreamReadFeature.AUTO_CLOSE_SOURCE)
            // Field names are untrusted input, so they must not stay in Jackson's caches.
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    private final JsonParser json;
    private final Map<String, Tensor> tensors = new LinkedHashMap<>();
    private final Map<String, String> metadata = new LinkedHashMap<>();

    /** The contents of a header. */
    record Contents(Map<String, Tensor> tensors, Map<String, String> metadata) {}

    private HeaderReader(JsonParser json) {
        this.json = json;
    }

    /**
     * @param in stream that contains the header; this method does not close it
     * @param bytes length of the header
     */
    static Contents read(InputStream in, int bytes) throws IOException, BadSafetensorsException {
        try (JsonParser json = JSON.createParser(new Part(in, bytes))) {
            HeaderReader reader = new HeaderReader(json);
            reader.readObject();
            return new Contents(reader.tensors, reader.metadata);
        } catch (JsonProcessingException e) {
            throw new BadSafetensorsException(
                    "header: expected a JSON object, found invalid JSON: " + e.getOriginalMessage());
        } catch (CharConversionException e) {
            throw new BadSafetensorsException("header: expected a JSON object, found bytes that are not UTF-8");
        }
    }

    private void readObject() throws IOException, BadSafetensorsException {
        if (json.nextToken() != JsonToken.START_OBJECT) {
            throw new BadSafetensorsException("header: expected a JSON object, found another value");
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
            throw new BadSafetensorsException("header: expected nothing after the JSON object, found more");
        }
    }

    private void readMetadata() throws IOException, BadSafetensorsException {
        require(json.currentToken() == JsonToken.START_OBJECT, METADATA + ": expected an object, found another value");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            require(json.nextToken().isScalarValue(), METADATA + ": expected strings, found another value");
            metadata.put(name, json.getText());
        }
    }

    private Tensor tensor(String where) throws IOException, BadSafetensorsException {
        require(json.currentToken() == JsonToken.START_OBJECT, where + ": expected an object, found another value");
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
            throw new BadSafetensorsException(where + ": expected dtype, shape and data_offsets, found fewer fields");
        }
        require(
                offsets.length == 2 && offsets[0] <= offsets[1],
                where + ": data_offsets: expected a start and an end, found other values");
        long expected = bytes(where, type, shape);
        long found = offsets[1] - offsets[0];
        require(
                expected == found,
                where + ": expected " + expected + " bytes for " + type + " " + Arrays.toString(shape) + ", found "
                        + found);
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
                + (name.length() > MAX_NAME_CHARACTERS ? "a longer name" : "'" + name + "'"));
    }

    private static long bytes(String where, TensorType type, long[] shape) throws BadSafetensorsException {
        long bytes = type.bytes();
        try {
            for (long dimension : shape) {
                bytes = Math.multiplyExact(bytes, dimension);
            }
            return bytes;
        } catch (ArithmeticException e) {
            throw new BadSafetensorsException(
                    where + ": shape: expected a size below 2^63 bytes, found " + Arrays.toString(shape));
        }
    }

    private long[] longs(String where, int most) throws IOException, BadSafetensorsException {
        String expected = where + ": expected an array of non-negative integers, found another value";
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

    /** A stream that returns a limited number of bytes from another stream and never reads ahead. */
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
