// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The JSON mapping of all messages: ISO-8601 times, null fields omitted, unknown fields ignored. */
public final class Json {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            // A service must be able to read messages from the next release.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            // Affects only enums that have a default value.
            .enable(DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE)
            // Otherwise, a missing number would become 0.
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .build();

    private Json() {}

    /** @return the message as UTF-8 JSON */
    public static byte[] write(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot write " + message.getClass().getSimpleName() + " as JSON", e);
        }
    }

    /**
     * Reads one message.
     *
     * @throws UnknownValueException if an enum value is unknown
     * @throws InvalidMessageException if the bytes are not JSON or not a valid message of that type; the exception text
     *     names the field and never quotes the input, which may contain a prompt
     */
    public static <T> T read(byte @Nullable [] json, Class<T> type) {
        if (json == null) {
            throw new InvalidMessageException(type.getSimpleName() + ": expected JSON, found no value", null);
        }
        try {
            T message = MAPPER.readValue(json, type);
            if (message == null) {
                throw new InvalidMessageException(type.getSimpleName() + ": expected an object, found null", null);
            }
            return message;
        } catch (ValueInstantiationException e) {
            String why =
                    e.getCause() == null ? e.getOriginalMessage() : e.getCause().getMessage();
            throw new InvalidMessageException(type.getSimpleName() + ": " + why, e);
        } catch (JsonMappingException e) {
            String why = type.getSimpleName() + path(e) + ": not of the expected type";
            throw e instanceof InvalidFormatException value
                            && value.getTargetType().isEnum()
                    ? new UnknownValueException(why, e)
                    : new InvalidMessageException(why, e);
        } catch (IOException e) {
            throw new InvalidMessageException(type.getSimpleName() + ": expected JSON, found malformed input", e);
        }
    }

    /** @param json JSON that has already been read as a message */
    static JsonNode tree(byte[] json) {
        try {
            return MAPPER.readTree(json);
        } catch (IOException e) {
            throw new InvalidMessageException("expected JSON, found malformed input", e);
        }
    }

    private static String path(JsonMappingException e) {
        StringBuilder path = new StringBuilder();
        e.getPath().forEach(step -> path.append('.').append(step.getFieldName()));
        return path.toString();
    }
}
