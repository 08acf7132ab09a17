// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.diffusion.weights;

import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A JSON config in a model folder. Absent and null fields are treated alike. If a field is invalid, accessors throw a
 * {@link ModelFileException} that names it.
 *
 * <p>A config records which fields were read or checked, so that {@link #refuseOtherFields} can refuse the fields that
 * nothing has looked at. Otherwise, a field that this version does not know would silently change the image.
 */
public final class ModelConfig {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            // Python writes -Infinity to scheduler configs.
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final String source;
    private final JsonNode root;
    private final Set<String> known = new HashSet<>();

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

    /** @return this config, with the fields of another config that it does not have */
    public ModelConfig withDefaults(ModelConfig defaults) {
        if (!(root instanceof ObjectNode given) || !(defaults.root instanceof ObjectNode others)) {
            throw new ModelFileException(source + ": expected a JSON object, found " + root.getNodeType());
        }
        return new ModelConfig(source, others.deepCopy().setAll(given));
    }

    public boolean has(String field) {
        return !value(field).isMissingNode() && !value(field).isNull();
    }

    /** @return the field's value, which may be a missing node; the field is known from now on */
    private JsonNode value(String field) {
        known.add(field);
        return root.path(field);
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
        JsonNode node = value(field);
        if (!node.isBoolean()) {
            throw wrong(field, "true or false", node);
        }
        return node.booleanValue();
    }

    public String text(String field) {
        JsonNode node = required(field, "a string");
        if (!node.isTextual()) {
            throw wrong(field, "a string", node);
        }
        return node.textValue();
    }

    public String text(String field, String otherwise) {
        return has(field) ? text(field) : otherwise;
    }

    public List<String> texts(String field) {
        return list(field, "a list of strings", JsonNode::isTextual, JsonNode::asText);
    }

    public List<Integer> integers(String field) {
        return list(field, "a list of whole numbers", JsonNode::isIntegralNumber, JsonNode::intValue);
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
        JsonNode node = value(field);
        return new ModelConfig(source + ": " + field, node.isObject() ? node : MAPPER.createObjectNode());
    }

    /**
     * Requires the field to be absent or to have one of the supported values. An explicit null is refused, because
     * diffusers does not replace it with the default.
     */
    public void requireOneOf(String field, Object... supported) {
        JsonNode node = value(field);
        if (!node.isMissingNode() && Stream.of(supported).noneMatch(value -> is(node, value))) {
            throw wrong(field, "one of " + List.of(supported), node);
        }
    }

    /** Like {@link #requireOneOf}, for a field that may also be null. */
    public void requireOneOfOrNull(String field, Object... supported) {
        if (has(field)) {
            requireOneOf(field, supported);
        }
    }

    private static boolean is(JsonNode node, Object value) {
        return value instanceof Number number && node.isNumber()
                ? node.doubleValue() == number.doubleValue()
                : node.asText().equals(value.toString());
    }

    /** Requires an unsupported option to be off: the field must be absent, null, false or a list of such values. */
    public void requireUnused(String field) {
        JsonNode node = value(field);
        if (!isOff(node)) {
            throw wrong(field, "false or no value (this option is not supported)", node);
        }
    }

    private static boolean isOff(JsonNode node) {
        if (node.isArray()) {
            return StreamSupport.stream(node.spliterator(), false).allMatch(ModelConfig::isOff);
        }
        return node.isMissingNode() || node.isNull() || (node.isBoolean() && !node.booleanValue());
    }

    /**
     * Refuses any field that was neither read nor checked, unless it is off or cannot change an image. A reader calls
     * this method last. Fields that start with an underscore are notes of the library that wrote the config.
     *
     * @param withoutEffect names of fields that cannot change an image
     * @throws ModelFileException if there is such a field
     */
    public void refuseOtherFields(Set<String> withoutEffect) {
        for (String field : fields()) {
            boolean ignored = field.startsWith("_") || known.contains(field) || withoutEffect.contains(field);
            if (!ignored && !isOff(root.get(field))) {
                throw wrong(
                        field,
                        "no field with this name (this version does not know how it changes images)",
                        root.get(field));
            }
        }
    }

    /** @return an exception about a field whose value is not supported, to be thrown by the caller */
    public ModelFileException refusal(String field, String expected) {
        return wrong(field, expected, value(field));
    }

    /** Like {@link #refusal(String, String)}, with a value that another file gives for this field. */
    public ModelFileException refusal(String field, String expected, String found) {
        return new ModelFileException(source + ": " + field + ": expected " + expected + ", found " + found);
    }

    private <T> List<T> list(
            String field, String expected, Predicate<JsonNode> isElement, Function<JsonNode, T> element) {
        JsonNode node = required(field, expected);
        if (!node.isArray()) {
            throw wrong(field, expected, node);
        }
        List<T> values = new ArrayList<>();
        for (JsonNode value : node) {
            if (!isElement.test(value)) {
                throw wrong(field, expected, node);
            }
            values.add(element.apply(value));
        }
        return List.copyOf(values);
    }

    private JsonNode required(String field, String expected) {
        if (!has(field)) {
            throw new ModelFileException(source + ": " + field + ": expected " + expected + ", found nothing");
        }
        return value(field);
    }

    private ModelFileException wrong(String field, String expected, JsonNode found) {
        return new ModelFileException(source + ": " + field + ": expected " + expected + ", found "
                + (found.isMissingNode() ? "nothing" : found));
    }
}
