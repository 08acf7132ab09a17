// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.lorafleet.standalone.FleetException;
import io.lorafleet.standalone.client.GenerationStatus;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the adapter versions in JSON that describes an image. They are in {@code adapter} or {@code adapters}, as
 * {@code "NAME@VERSION"} or as an object with {@code name} and {@code version}.
 */
final class AdapterNames {
    private static final Pattern PINNED = Pattern.compile("[A-Za-z0-9._-]+@\\d+");

    private AdapterNames() {}

    /** @return {@code NAME@VERSION} of the adapter that the gateway chose for a generation, or null */
    static @Nullable String of(GenerationStatus generation) {
        return generation.request() == null ? null : only(generation.request());
    }

    /** @return the only adapter version, or null */
    static @Nullable String only(JsonNode image) {
        Set<String> names = new LinkedHashSet<>();
        collect(image.path("adapter"), names);
        collect(image.path("adapters"), names);
        if (names.size() > 1) {
            throw new FleetException("expected at most one adapter for an image, found " + names);
        }
        return names.isEmpty() ? null : names.iterator().next();
    }

    private static void collect(JsonNode node, Set<String> names) {
        if (node.isTextual() && PINNED.matcher(node.textValue()).matches()) {
            names.add(node.textValue());
        } else if (node.path("name").isTextual() && node.path("version").isInt()) {
            names.add(node.get("name").textValue() + "@" + node.get("version").intValue());
        } else {
            node.forEach(child -> collect(child, names));
        }
    }
}
