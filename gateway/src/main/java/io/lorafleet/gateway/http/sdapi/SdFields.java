// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.sdapi;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.gateway.FieldChecks;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a request of the web UI's API. It remembers which fields were read, so that no field that could change
 * an image is dropped in silence.
 */
final class SdFields {
    private final String prefix;
    private final JsonNode body;
    private final FieldChecks checks;
    private final Set<String> known = new HashSet<>();

    /**
     * @param prefix prefix of the fields' names in errors
     * @param checks collects the invalid fields
     */
    SdFields(String prefix, JsonNode body, FieldChecks checks) {
        this.prefix = prefix;
        this.body = body;
        this.checks = checks;
    }

    FieldChecks checks() {
        return checks;
    }

    @Nullable
    String text(String field) {
        return read(field, "a string", JsonNode::isTextual, JsonNode::textValue);
    }

    @Nullable
    Integer integer(String field) {
        return read(field, "an integer", JsonNode::canConvertToExactIntegral, JsonNode::intValue);
    }

    @Nullable
    Long whole(String field) {
        return read(field, "an integer", JsonNode::canConvertToExactIntegral, JsonNode::longValue);
    }

    @Nullable
    Double number(String field) {
        return read(field, "a number", JsonNode::isNumber, JsonNode::doubleValue);
    }

    boolean flag(String field, boolean byDefault) {
        Boolean value = read(field, "true or false", JsonNode::isBoolean, JsonNode::booleanValue);
        return value == null ? byDefault : value;
    }

    List<String> texts(String field) {
        JsonNode list = read(field, "a list", JsonNode::isArray, node -> node);
        List<String> texts = new ArrayList<>();
        if (list != null) {
            list.forEach(each -> {
                if (each.isTextual()) {
                    texts.add(each.textValue());
                } else {
                    checks.refuse(prefix + field, "a list of strings", "another value");
                }
            });
        }
        return texts;
    }

    /** @return the fields of an object; without fields if it is absent */
    SdFields object(String field) {
        JsonNode object = read(field, "an object", JsonNode::isObject, node -> node);
        return new SdFields(prefix + field + ".", object == null ? body.path("") : object, checks);
    }

    private <T> @Nullable T read(String field, String expected, Predicate<JsonNode> fits, Function<JsonNode, T> value) {
        known.add(field);
        JsonNode node = body.path(field);
        if (node.isMissingNode() || node.isNull()) {
            return null;
        }
        if (!fits.test(node)) {
            checks.refuse(prefix + field, expected, "another value");
            return null;
        }
        return value.apply(node);
    }

    /** Marks fields that change no image. */
    void ignore(String... fields) {
        known.addAll(List.of(fields));
    }

    /** Refuses a number that differs from the only value that the fleet supports. */
    void requireNumber(String field, double supported) {
        Double value = number(field);
        if (value != null && value != supported) {
            checks.refuse(prefix + field, "none or " + number(supported), number(value));
        }
    }

    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }

    /** Refuses each other field that has an effect: any value but null, false, 0, and empty ones. */
    void refuseOthers() {
        body.properties().forEach(field -> {
            if (!known.contains(field.getKey()) && hasEffect(field.getValue())) {
                checks.refuse(
                        prefix + field.getKey(), "none, because lorafleet does not support this field", "a value");
            }
        });
    }

    private static boolean hasEffect(JsonNode value) {
        return switch (value.getNodeType()) {
            case NULL, MISSING -> false;
            case BOOLEAN -> value.booleanValue();
            case NUMBER -> value.doubleValue() != 0;
            case STRING -> !value.textValue().isEmpty();
            default -> !value.isEmpty();
        };
    }
}
