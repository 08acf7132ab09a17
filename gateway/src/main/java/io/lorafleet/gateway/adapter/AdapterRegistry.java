// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** All adapters: the fold of the {@code adapters} topic. */
@Singleton
public final class AdapterRegistry {
    private final NavigableMap<String, Adapter> adapters = new TreeMap<>();

    public void apply(AdapterVersion version) {
        update(version.name(), adapter -> adapter.with(version));
    }

    public void apply(AdapterRoute route) {
        update(route.name(), adapter -> adapter.routed(route));
    }

    /** Removes a route: from now on, requests get the newest version. */
    public void removeRoute(String name) {
        update(name, adapter -> adapter.routed(null));
    }

    /**
     * Finds the version for a request.
     *
     * @param reference {@code name@version}, or {@code name}, for which the adapter's route selects the version
     */
    public Optional<AdapterVersion> resolve(String reference, String requestId) {
        int at = reference.indexOf('@');
        if (at < 0) {
            return find(reference).flatMap(adapter -> adapter.select(requestId));
        }
        return find(reference.substring(0, at)).stream()
                .flatMap(adapter -> adapter.versions().stream())
                .filter(version -> version.pinned().toString().equals(reference) && version.retiredAt() == null)
                .findFirst();
    }

    /** @return whether the reference resolves to a version */
    public boolean isUsable(String reference) {
        return resolve(reference, "any").isPresent(); // the request id affects only the choice of version
    }

    /** @return the adapter if it has versions, even if all of them are retired */
    public synchronized Optional<Adapter> find(String name) {
        return Optional.ofNullable(adapters.get(name)).filter(AdapterRegistry::hasVersions);
    }

    /** @return the pinned version, even if it is retired */
    public Optional<AdapterVersion> find(PinnedAdapter pinned) {
        return find(pinned.name())
                .flatMap(adapter -> adapter.version(pinned.version()))
                .filter(version -> version.pinned().equals(pinned));
    }

    /** @return all adapters ordered by name, including retired adapters */
    public synchronized List<Adapter> all() {
        return adapters.values().stream().filter(AdapterRegistry::hasVersions).toList();
    }

    /** @return the names of all adapters that are not retired */
    public List<String> names() {
        return all().stream()
                .filter(adapter -> adapter.newest().isPresent())
                .map(Adapter::name)
                .toList();
    }

    private synchronized void update(String name, UnaryOperator<Adapter> change) {
        adapters.put(name, change.apply(adapters.getOrDefault(name, Adapter.unknown(name))));
    }

    private static boolean hasVersions(Adapter adapter) {
        return !adapter.versions().isEmpty();
    }
}
