// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.telemetry.kafka.MessageHeaders;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** A record in the topic {@code adapters}. */
public sealed interface AdapterEvent {
    /** Name of the header with the revision of a removal. */
    String REVISION_HEADER = "revision";

    /**
     * A new version, or a change to one. The key is {@code name@version}.
     *
     * @param later the record's fields that only later releases know
     */
    record Version(AdapterVersion version, LaterFields later) implements AdapterEvent {
        @Override
        public String adapter() {
            return version.name();
        }

        @Override
        public String key() {
            return version.pinned().toString();
        }

        @Override
        public byte[] value() {
            return later.write(version);
        }

        @Override
        public Headers headers() {
            return MessageHeaders.of(version);
        }

        @Override
        public <R> R match(
                Function<Version, R> version, Function<Route, R> route, Function<RouteRemoved, R> routeRemoved) {
            return version.apply(this);
        }
    }

    /**
     * A new route, which replaces the previous one. The key is the adapter name.
     *
     * @param later the record's fields that only later releases know
     */
    record Route(AdapterRoute route, LaterFields later) implements AdapterEvent {
        @Override
        public String adapter() {
            return route.name();
        }

        @Override
        public String key() {
            return route.name();
        }

        @Override
        public byte[] value() {
            return later.write(route);
        }

        @Override
        public Headers headers() {
            return MessageHeaders.of(route);
        }

        @Override
        public <R> R match(
                Function<Version, R> version, Function<Route, R> route, Function<RouteRemoved, R> routeRemoved) {
            return route.apply(this);
        }
    }

    /**
     * The removal of a route, after which requests use the newest version. The key is the adapter name, and there is no
     * value.
     *
     * @param revision number of this change to the route, like {@link AdapterRoute#revision}, in a header of the
     * record.
     *     Null if the removal always applies, as when the adapter is retired, and in records written by older releases
     */
    record RouteRemoved(String adapter, @Nullable Integer revision) implements AdapterEvent {
        @Override
        public String key() {
            return adapter;
        }

        @Override
        public byte @Nullable [] value() {
            return null;
        }

        @Override
        public LaterFields later() {
            return LaterFields.NONE;
        }

        @Override
        public Headers headers() {
            Headers headers = MessageHeaders.ofType(AdapterRoute.class);
            if (revision != null) {
                headers.add(REVISION_HEADER, revision.toString().getBytes(US_ASCII));
            }
            return headers;
        }

        @Override
        public <R> R match(
                Function<Version, R> version, Function<Route, R> route, Function<RouteRemoved, R> routeRemoved) {
            return routeRemoved.apply(this);
        }
    }

    /** Calls the function for this event. Callers must handle every event. */
    <R> R match(Function<Version, R> version, Function<Route, R> route, Function<RouteRemoved, R> routeRemoved);

    /** @return the adapter name */
    String adapter();

    /** @return the record's key */
    String key();

    /** @return the record's value; null for a tombstone, which makes compaction remove the key */
    byte @Nullable [] value();

    /** @return the record's headers */
    Headers headers();

    /** @return the record's fields that only later releases know */
    LaterFields later();

    static AdapterEvent of(AdapterVersion version) {
        return new Version(version, LaterFields.NONE);
    }

    static AdapterEvent of(AdapterRoute route) {
        return new Route(route, LaterFields.NONE);
    }

    /**
     * Reads a record.
     *
     * @throws InvalidMessageException if the record is malformed. The reader skips it, so that it does not block the
     *     records after it
     */
    static AdapterEvent read(ConsumerRecord<String, byte[]> record) {
        String key = record.key();
        byte[] value = record.value();
        if (key == null) {
            throw new InvalidMessageException("key: expected name or name@version, found none", null);
        }
        if (key.indexOf('@') >= 0) { // adapter names do not contain @
            return readVersion(value);
        }
        if (value == null) {
            return new RouteRemoved(key, revision(record.headers()));
        }
        AdapterRoute route = Json.read(value, AdapterRoute.class);
        return new Route(route, LaterFields.of(value, route));
    }

    private static @Nullable Integer revision(Headers headers) {
        Header header = headers.lastHeader(REVISION_HEADER);
        if (header == null) {
            return null;
        }
        String found = header.value() == null ? "none" : new String(header.value(), US_ASCII);
        try {
            return Integer.valueOf(found);
        } catch (NumberFormatException e) {
            throw new InvalidMessageException(REVISION_HEADER + ": expected a number, found " + found, e);
        }
    }

    /**
     * Reads a version.
     *
     * @throws InvalidMessageException if the value is malformed
     */
    static Version readVersion(byte @Nullable [] value) {
        AdapterVersion version = Json.read(value, AdapterVersion.class);
        return new Version(version, value == null ? LaterFields.NONE : LaterFields.of(value, version));
    }
}
