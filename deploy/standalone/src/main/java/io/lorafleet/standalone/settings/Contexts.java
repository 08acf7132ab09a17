// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.settings;

import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of the configuration file.
 *
 * @param current name of the context that commands use by default; null if there is none
 * @param contexts the contexts by name
 */
public record Contexts(@Nullable String current, SortedMap<String, Context> contexts) {
    static final Contexts NONE = new Contexts(null, new TreeMap<>());

    /** @param contexts null if the file does not contain the field */
    public Contexts(@Nullable String current, @Nullable SortedMap<String, Context> contexts) {
        this.current = current;
        this.contexts = contexts == null ? new TreeMap<>() : new TreeMap<>(contexts);
    }

    public @Nullable Context find(String name) {
        return contexts.get(name);
    }

    /** Adds or replaces a context. The first context becomes the current one. */
    public Contexts with(String name, Context context) {
        SortedMap<String, Context> changed = new TreeMap<>(contexts);
        changed.put(name, context);
        return new Contexts(contexts.isEmpty() ? name : current, changed);
    }

    public Contexts without(String name) {
        SortedMap<String, Context> changed = new TreeMap<>(contexts);
        changed.remove(name);
        return new Contexts(name.equals(current) ? null : current, changed);
    }

    public Contexts withCurrent(String name) {
        return new Contexts(name, contexts);
    }

    boolean hasKeys() {
        return contexts.values().stream().anyMatch(context -> context.apiKey() != null);
    }
}
