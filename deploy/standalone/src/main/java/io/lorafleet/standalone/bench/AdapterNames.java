// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pinned adapters in JSON that describes an image: below {@code adapter} or {@code adapters}, as
 * {@code "NAME@VERSION"} or as an object with {@code name} and {@code version}. The gateway words them in the first way,
 * the texts in a PNG in the second.
 */
final class AdapterNames {
    private static final Pattern PINNED = Pattern.compile("[A-Za-z0-9._-]+@\\d+");

    private AdapterNames() {}

    /** @return the one pinned adapter; null if there is none */
    static @Nullable String only(JsonNode image) {
        Set<String> names = new LinkedHashSet<>();
        collect(image.path("adapter"), names);
        collect(image.path("adapters"), names);
        if (names.size() > 1) {
            throw new BenchException("expected at most one adapter on an image, found " + names);
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
