// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A record in the topic {@code adapters}. */
public sealed interface AdapterEvent {

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
        public <R> R match(
                Function<Version, R> version, Function<Route, R> route, Function<RouteRemoved, R> routeRemoved) {
            return route.apply(this);
        }
    }

    /**
     * The end of a route, after which requests use the newest version. The key is the adapter name, and there is no
     * value.
     */
    record RouteRemoved(String adapter) implements AdapterEvent {
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
    static AdapterEvent read(@Nullable String key, byte @Nullable [] value) {
        if (key == null) {
            throw new InvalidMessageException("key: expected name or name@version, found none", null);
        }
        if (key.indexOf('@') >= 0) { // adapter names do not contain @
            return readVersion(value);
        }
        if (value == null) {
            return new RouteRemoved(key);
        }
        AdapterRoute route = Json.read(value, AdapterRoute.class);
        return new Route(route, LaterFields.of(value, route));
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
