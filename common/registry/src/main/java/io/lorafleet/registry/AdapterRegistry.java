// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All adapters: the fold of the topic {@code adapters}. The registry contains descriptions but no weights, so thousands
 * of versions need little memory. Thread-safe.
 */
public final class AdapterRegistry {
    private final ConcurrentNavigableMap<String, Adapter> adapters = new ConcurrentSkipListMap<>();
    /** Adapters with a known route, or of which it is known that they have none. */
    private final Set<String> routed = ConcurrentHashMap.newKeySet();
    /** By the key of a record, its fields that only later releases know. */
    private final Map<String, LaterFields> later = new ConcurrentHashMap<>();

    /**
     * Applies the next record of the topic, or a version that this service has just written. A route applies only if it
     * follows the current one: if two services change a route at the same time, the change that is first on the topic
     * wins everywhere. An adapter's first route applies with any revision, because compaction deletes earlier ones.
     *
     * @return false if the record is a route that neither is nor follows the current one
     */
    public boolean apply(AdapterEvent event) {
        boolean[] applied = {true};
        adapters.compute(event.adapter(), (name, before) -> {
            Adapter adapter = before == null ? Adapter.unknown(name) : before;
            applied[0] = event.match(
                    version -> true, next -> routed.add(name) || isNext(next.route(), adapter.route()), removed -> {
                        routed.add(name);
                        return true;
                    });
            if (!applied[0]) {
                return adapter;
            }
            if (event.later().isEmpty()) {
                later.remove(event.key());
            } else {
                later.put(event.key(), event.later());
            }
            return adapter.with(event);
        });
        return applied[0];
    }

    /** A service may read a record twice. */
    private static boolean isNext(AdapterRoute next, @Nullable AdapterRoute current) {
        return next.follows(current) || next.equals(current);
    }

    /** @return the record that retires a version */
    public AdapterEvent retirement(AdapterVersion version, Instant at) {
        String key = AdapterEvent.of(version).key();
        return new AdapterEvent.Version(version.retired(at), laterFields(key));
    }

    /**
     * Returns the record that publishes an adapter's current route again, after a record that does not apply. Compaction
     * keeps only the last record, and would otherwise delete the current route. All services publish the same record.
     */
    public AdapterEvent restoration(String adapter) {
        AdapterRoute current = adapter(adapter).route();
        return current == null
                ? new AdapterEvent.RouteRemoved(adapter)
                : new AdapterEvent.Route(current.after(current), laterFields(adapter));
    }

    private LaterFields laterFields(String key) {
        return later.getOrDefault(key, LaterFields.NONE);
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
