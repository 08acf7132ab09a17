// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lorafleet.messages.generation.GenerateImage;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * The headers of every record that a fleet publishes. They describe the message, so that tools need not parse it. The
 * services do not read them, because records from earlier releases do not have them.
 */
public final class MessageHeaders {
    /**
     * Name of the header with the type of the message: the name of its schema in {@code docs/asyncapi.json}. A record
     * without a value has the type of the message that it deletes.
     */
    public static final String TYPE = "type";

    /** Name of the header with the version of the message's schema, a decimal number. */
    public static final String SCHEMA_VERSION = "schema-version";

    private static final int FIRST_VERSION = 1;

    private MessageHeaders() {}

    /** @return new headers for a message */
    public static Headers of(Object message) {
        return describe(new RecordHeaders(), message);
    }

    /** @return new headers for a message of the type, or for a record without a value that deletes such a message */
    public static Headers ofType(Class<?> type) {
        return describe(new RecordHeaders(), type, FIRST_VERSION);
    }

    /** Adds the headers for a message. @return the same headers */
    public static Headers describe(Headers headers, Object message) {
        return describe(headers, message.getClass(), version(message));
    }

    private static Headers describe(Headers headers, Class<?> type, int version) {
        return headers.add(TYPE, type.getSimpleName().getBytes(US_ASCII))
                .add(SCHEMA_VERSION, Integer.toString(version).getBytes(US_ASCII));
    }

    private static int version(Object message) {
        return message instanceof GenerateImage command && command.schemaVersion() != null
                ? command.schemaVersion()
                : FIRST_VERSION;
    }
}
