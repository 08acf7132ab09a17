// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A JSON config in a model folder. Absent and null fields are treated alike. If a field is invalid, accessors throw a
 * {@link ModelFileException} that names it.
 */
public final class ModelConfig {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            // Python writes -Infinity to scheduler configs.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final String source;
    private final JsonNode root;

    private ModelConfig(String source, JsonNode root) {
        this.source = source;
        this.root = root;
    }

    public static ModelConfig open(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new ModelFileException(file + ": expected a file, found none");
        }
        try {
            return parse(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new ModelFileException(file + ": cannot be read: " + e, e);
        }
    }

    /** @param source name of the source in error messages @param json config content */
    public static ModelConfig parse(String source, String json) {
        try {
            return new ModelConfig(source, MAPPER.readTree(json));
        } catch (IOException e) {
            throw new ModelFileException(source + ": expected JSON, found another format: " + e.getMessage(), e);
        }
    }

    public boolean has(String field) {
        return root.hasNonNull(field);
    }

    public List<String> fields() {
        List<String> names = new ArrayList<>();
        root.fieldNames().forEachRemaining(names::add);
        return names;
    }

    public int integer(String field) {
        JsonNode node = required(field, "a whole number");
        if (!node.isIntegralNumber()) {
            throw wrong(field, "a whole number", node);
        }
        return node.intValue();
    }

    public int integer(String field, int otherwise) {
        return has(field) ? integer(field) : otherwise;
    }

    public double number(String field) {
        JsonNode node = required(field, "a number");
        if (!node.isNumber()) {
            throw wrong(field, "a number", node);
        }
        return node.doubleValue();
    }

    public double number(String field, double otherwise) {
        return has(field) ? number(field) : otherwise;
    }

    public boolean flag(String field, boolean otherwise) {
        if (!has(field)) {
            return otherwise;
        }
        JsonNode node = root.get(field);
        if (!node.isBoolean()) {
            throw wrong(field, "true or false", node);
        }
        return node.booleanValue();
    }

    public String text(String field) {
        return required(field, "a string").asText();
    }

    public String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    public List<String> texts(String field) {
        return list(field, JsonNode::asText);
    }

    public List<Integer> integers(String field) {
        return list(field, JsonNode::intValue);
    }

    /** Reads a field that is either one number for all {@code count} blocks or a list with one number per block. */
    public List<Integer> integers(String field, int count) {
        JsonNode node = required(field, "a whole number or a list of " + count);
        List<Integer> values = node.isArray() ? integers(field) : java.util.Collections.nCopies(count, integer(field));
        if (values.size() != count) {
            throw wrong(field, "a whole number or a list of " + count, node);
        }
        return values;
    }

    /** @return the object in this field, or an empty object */
    public ModelConfig object(String field) {
        JsonNode node = root.path(field);
        return new ModelConfig(source + ": " + field, node.isObject() ? node : MAPPER.createObjectNode());
    }

    /** Requires the field to be absent or to have one of the supported values. */
    public void requireOneOf(String field, Object... known) {
        if (has(field)
                && !List.of(known).stream()
                        .map(String::valueOf)
                        .toList()
                        .contains(root.get(field).asText())) {
            throw wrong(field, "one of " + List.of(known), root.get(field));
        }
    }

    /** Requires an unsupported option to be off: the field must be absent, null or false. */
    public void requireUnused(String field) {
        JsonNode node = root.path(field);
        boolean unused = node.isMissingNode() || node.isNull() || (node.isBoolean() && !node.booleanValue());
        if (!unused) {
            throw wrong(field, "false or no value (this option is not supported)", node);
        }
    }

    private <T> List<T> list(String field, Function<JsonNode, T> element) {
        JsonNode node = required(field, "a list");
        if (!node.isArray()) {
            throw wrong(field, "a list", node);
        }
        List<T> values = new ArrayList<>();
        node.forEach(value -> values.add(element.apply(value)));
        return List.copyOf(values);
    }

    private JsonNode required(String field, String expected) {
        if (!has(field)) {
            throw new ModelFileException(source + ": " + field + ": expected " + expected + ", found nothing");
        }
        return root.get(field);
    }

    private ModelFileException wrong(String field, String expected, JsonNode found) {
        return new ModelFileException(source + ": " + field + ": expected " + expected + ", found " + found);
    }
}
