// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A message without a field that is neither nullable nor has a default is rejected, so that no code meets a null which
 * the types rule out.
 */
class RequiredFieldsTest {
    private static final Set<String> PARTS = Set.of(
            "requestId",
            "workerId",
            "trainerId",
            "feedbackId",
            "adapter",
            "student",
            "name",
            "sha256",
            "orderSha256",
            "baseFingerprint",
            "fingerprint");
    /** Fields with one of these names that are only displayed. */
    private static final Set<String> FREE_TEXTS = Set.of(".model.name", ".refusedAdapters[].adapter");

    private final ObjectMapper mapper = new ObjectMapper();

    static Stream<Arguments> messages() {
        return GoldenJsonTest.messages();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void areRequired(String name, Class<?> type, Object message) throws Exception {
        JsonNode json = mapper.readTree(Json.write(message));
        List<String> required = new ArrayList<>();
        List<String> accepted = new ArrayList<>();
        for (Field field : fields(json, message, "")) {
            JsonNode value = field.object().get(field.name());
            field.object().putNull(field.name());
            required.add(field.path());
            if (isRead(json, type)) {
                accepted.add(field.path());
            }
            field.object().set(field.name(), value);
        }
        assertThat(isRead(json, type)).as("the unchanged message").isTrue();
        assertThat(new TreeSet<>(accepted))
                .as("accepted as null, of %s", required)
                .isEmpty();
    }

    /** Ids, names and hashes become parts of blob keys, paths and URLs. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("messages")
    void areNoPathsIfTheyAreParts(String name, Class<?> type, Object message) throws Exception {
        JsonNode json = mapper.readTree(Json.write(message));
        List<String> accepted = new ArrayList<>();
        for (Field field : texts(json, "")) {
            JsonNode value = field.object().get(field.name());
            if (PARTS.contains(field.name()) && !FREE_TEXTS.contains(field.path())) {
                field.object().put(field.name(), "../" + value.asText());
                if (isRead(json, type)) {
                    accepted.add(field.path());
                }
                field.object().set(field.name(), value);
            }
        }
        assertThat(accepted).isEmpty();
    }

    /** @return the fields whose values are texts */
    private static List<Field> texts(JsonNode json, String path) {
        List<Field> found = new ArrayList<>();
        json.properties().forEach(field -> {
            if (field.getValue().isTextual()) {
                found.add(new Field(path + "." + field.getKey(), (ObjectNode) json, field.getKey()));
            }
            found.addAll(texts(field.getValue(), path + "." + field.getKey()));
        });
        json.elements().forEachRemaining(element -> {
            if (json.isArray()) {
                found.addAll(texts(element, path + "[]"));
            }
        });
        return found;
    }

    private boolean isRead(JsonNode json, Class<?> type) throws Exception {
        try {
            Json.read(mapper.writeValueAsBytes(json), type);
            return true;
        } catch (InvalidMessageException e) {
            return false;
        }
    }

    /** A field in the JSON form of a message. */
    private record Field(String path, ObjectNode object, String name) {}

    /** @return the fields of the message and of its parts that the code does not declare nullable */
    private static List<Field> fields(JsonNode json, Object message, String path) throws Exception {
        List<Field> found = new ArrayList<>();
        if (message instanceof List<?> list && json instanceof ArrayNode array) {
            for (int i = 0; i < list.size(); i++) {
                found.addAll(fields(array.get(i), list.get(i), path + "[" + i + "]"));
            }
        } else if (message instanceof Record && json instanceof ObjectNode object) {
            for (RecordComponent component : message.getClass().getRecordComponents()) {
                component.getAccessor().setAccessible(true);
                Object value = component.getAccessor().invoke(message);
                String name = component.getName();
                if (value == null || !object.has(name)) {
                    continue;
                }
                if (!isNullable(component) && !hasDefault(component)) {
                    found.add(new Field(path + "." + name, object, name));
                }
                found.addAll(fields(object.get(name), value, path + "." + name));
            }
        }
        return found;
    }

    /** @return whether the absent field has a value, because earlier releases do not write the field */
    private static boolean hasDefault(RecordComponent component) throws NoSuchFieldException {
        return component
                .getDeclaringRecord()
                .getDeclaredField(component.getName())
                .isAnnotationPresent(JsonSetter.class);
    }

    private static boolean isNullable(RecordComponent component) {
        return Optional.ofNullable(component.getAnnotatedType().getAnnotation(Nullable.class))
                .isPresent();
    }
}
