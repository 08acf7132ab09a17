// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * All adapters: the fold of the topic {@code adapters}. The registry contains descriptions but no weights, so thousands
 * of versions need little memory. Thread-safe.
 */
public final class AdapterRegistry {
    private final ConcurrentNavigableMap<String, Adapter> adapters = new ConcurrentSkipListMap<>();

    /** Applies the next record of the topic, or a record that this service has just written. */
    public void apply(AdapterEvent event) {
        adapters.compute(
                event.adapter(), (name, adapter) -> (adapter == null ? Adapter.unknown(name) : adapter).with(event));
    }

    /** @return the adapter; without versions if it is not in the registry or has not been read yet */
    public Adapter adapter(String name) {
        return adapters.getOrDefault(name, Adapter.unknown(name));
    }

    /** @return the adapter, if it has any versions, even if all of them are retired */
    public Optional<Adapter> find(String name) {
        return Optional.of(adapter(name)).filter(AdapterRegistry::hasVersions);
    }

    /** @return the pinned version, even if it is retired */
    public Optional<AdapterVersion> find(PinnedAdapter pinned) {
        return adapter(pinned.name())
                .version(pinned.version())
                .filter(version -> version.pinned().equals(pinned));
    }

    /** @return all adapters that have versions, including retired adapters, ordered by name */
    public List<Adapter> all() {
        return adapters.values().stream().filter(AdapterRegistry::hasVersions).toList();
    }

    /** @return the names of all adapters that are not retired */
    public List<String> names() {
        return all().stream()
                .filter(adapter -> adapter.newest().isPresent())
                .map(Adapter::name)
                .toList();
    }

    /**
     * Finds the version to use for a request.
     *
     * @param reference {@code name}, which the adapter's route turns into a version, or {@code name@version}
     */
    public Optional<AdapterVersion> resolve(String reference, String requestId) {
        int at = reference.indexOf('@');
        if (at < 0) {
            return adapter(reference).select(requestId);
        }
        return adapter(reference.substring(0, at)).versions().stream()
                .filter(version -> version.pinned().toString().equals(reference) && version.retiredAt() == null)
                .findFirst();
    }

    /** @return whether the reference resolves to a version */
    public boolean isUsable(String reference) {
        return resolve(reference, "any").isPresent(); // the request id affects which version, not whether one exists
    }

    private static boolean hasVersions(Adapter adapter) {
        return !adapter.versions().isEmpty();
    }
}
