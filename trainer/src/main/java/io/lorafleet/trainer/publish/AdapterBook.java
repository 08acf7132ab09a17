// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.publish;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Every version of every adapter, and which one requests get: the fold of the topic {@code adapters}. */
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

    /** @return nothing if requests get the newest version */
    public Optional<AdapterRoute> route(String name) {
        return Optional.ofNullable(routes.get(name));
    }

    /** @return the version that a run goes on from: what most requests get */
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

    /** @return the number of its last version, retired or not; 0 if it has none */
    public int lastNumber(String name) {
        return versions(name).isEmpty() ? 0 : versions(name).lastKey();
    }

    private NavigableMap<Integer, AdapterVersion> versions(String name) {
        return versions.getOrDefault(name, new TreeMap<>());
    }
}
