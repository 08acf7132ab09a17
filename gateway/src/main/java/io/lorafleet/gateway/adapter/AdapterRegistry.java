package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.AdapterVersion;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** The adapter versions that requests may name. */
@Singleton
public final class AdapterRegistry {
    private final NavigableMap<String, NavigableMap<Integer, AdapterVersion>> adapters = new TreeMap<>();

    public synchronized void apply(AdapterVersion version) {
        adapters.computeIfAbsent(version.name(), name -> new TreeMap<>()).put(version.version(), version);
    }

    /** @param reference {@code name}, which means its newest version, or {@code name@version} */
    public synchronized Optional<AdapterVersion> resolve(String reference) {
        int at = reference.indexOf('@');
        return at < 0
                ? newest(reference)
                : versions(reference.substring(0, at)).stream()
                        .filter(version -> version.pinned().toString().equals(reference))
                        .findFirst();
    }

    /** @return the adapter's versions from the first on; empty if there is no such adapter */
    public synchronized List<AdapterVersion> versions(String name) {
        return List.copyOf(versionsByNumber(name).values());
    }

    public synchronized Optional<AdapterVersion> newest(String name) {
        return Optional.ofNullable(versionsByNumber(name).lastEntry()).map(Map.Entry::getValue);
    }

    /** @return every version, by name and number */
    public synchronized List<AdapterVersion> all() {
        return adapters.values().stream()
                .flatMap(versions -> versions.values().stream())
                .toList();
    }

    public synchronized List<String> names() {
        return List.copyOf(adapters.keySet());
    }

    private NavigableMap<Integer, AdapterVersion> versionsByNumber(String name) {
        return adapters.getOrDefault(name, new TreeMap<>());
    }
}
