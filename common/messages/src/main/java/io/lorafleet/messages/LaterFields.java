// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The fields of a message that this release does not know, because a later release wrote the message. A service that
 * writes the message again also writes these fields. Fields of objects in an array are not kept.
 */
public final class LaterFields {
    public static final LaterFields NONE = new LaterFields(Map.of(), Map.of());

    private final Map<String, JsonNode> unknown;
    /** The unknown fields of known objects in the message. */
    private final Map<String, LaterFields> inner;

    private LaterFields(Map<String, JsonNode> unknown, Map<String, LaterFields> inner) {
        this.unknown = unknown;
        this.inner = inner;
    }

    /**
     * Finds the unknown fields.
     *
     * @param json the message as it was read
     * @param message the same message
     */
    public static LaterFields of(byte[] json, Object message) {
        return of(Json.tree(json), Json.tree(Json.write(message)));
    }

    private static LaterFields of(JsonNode all, JsonNode known) {
        Map<String, JsonNode> unknown = new HashMap<>();
        Map<String, LaterFields> inner = new HashMap<>();
        all.properties().forEach(field -> {
            String name = field.getKey();
            JsonNode value = known.get(name);
            if (value == null && !field.getValue().isNull()) { // null: probably a known field, which is not written
                unknown.put(name, field.getValue());
            } else if (value != null && value.isObject()) {
                LaterFields below = of(field.getValue(), value);
                if (!below.isEmpty()) {
                    inner.put(name, below);
                }
            }
        });
        return new LaterFields(unknown, inner);
    }

    /** @return whether the message has no unknown fields */
    public boolean isEmpty() {
        return unknown.isEmpty() && inner.isEmpty();
    }

    /** @return the message, with these fields, as UTF-8 JSON */
    public byte[] write(Object message) {
        byte[] json = Json.write(message);
        if (isEmpty()) {
            return json;
        }
        JsonNode all = Json.tree(json);
        addTo(all);
        return Json.write(all);
    }

    private void addTo(@Nullable JsonNode message) {
        if (message instanceof ObjectNode object) {
            unknown.forEach(object::set);
            inner.forEach((name, fields) -> fields.addTo(object.get(name)));
        }
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LaterFields that && unknown.equals(that.unknown) && inner.equals(that.inner);
    }

    @Override
    public int hashCode() {
        return 31 * unknown.hashCode() + inner.hashCode();
    }

    /** @return the names only, because values may be secret */
    @Override
    public String toString() {
        Set<String> names = new TreeSet<>(unknown.keySet());
        names.addAll(inner.keySet());
        return String.join(", ", names);
    }
}
