// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** All adapter versions and routes, from the topic {@code adapters}. */
public final class AdapterBook {
    private final Map<String, NavigableMap<Integer, AdapterVersion>> versions = new HashMap<>();
    private final Map<String, AdapterRoute> routes = new HashMap<>();

    public void apply(AdapterVersion version) {
        versions.computeIfAbsent(version.name(), name -> new TreeMap<>()).put(version.version(), version);
    }

    public void apply(AdapterRoute route) {
        routes.put(route.name(), route);
    }

    public void removeRoute(String name) {
        routes.remove(name);
    }

    /** @return the route; empty if requests use the newest version */
    public Optional<AdapterRoute> route(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    /** @return the parent of the next run: the stable version, or the newest version if there is no route */
    public Optional<AdapterVersion> current(String name) {
        return route(name)
                .flatMap(route -> find(name, route.stable()))
                .filter(version -> version.retiredAt() == null)
                .or(() -> newest(name));
    }

    private Optional<AdapterVersion> newest(String name) {
        return versions(name).descendingMap().values().stream()
                .filter(version -> version.retiredAt() == null)
                .findFirst();
    }

    public Optional<AdapterVersion> find(String name, int version) {
        return Optional.ofNullable(versions(name).get(version));
    }

    /** @return the highest version number, including retired versions; 0 if there is no version */
    public int lastNumber(String name) {
        return versions(name).isEmpty() ? 0 : versions(name).lastKey();
    }

    private NavigableMap<Integer, AdapterVersion> versions(String name) {
        return versions.getOrDefault(name, new TreeMap<>());
    }
}
