// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.PinnedAdapter;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.AdapterEvent.RouteRemoved;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/**
 * All adapters, as built from the records of the topic {@code adapters}. The registry contains descriptions but no
 * weights, so thousands of versions need little memory. Thread-safe.
 */
public final class AdapterRegistry {
    private final ConcurrentNavigableMap<String, Adapter> adapters = new ConcurrentSkipListMap<>();
    /** For each adapter, the revision of the last change to its route; 0 if the change had none. */
    private final Map<String, Integer> revisions = new ConcurrentHashMap<>();
    /** For each record key, the fields of the record that only later releases know. */
    private final Map<String, LaterFields> later = new ConcurrentHashMap<>();

    /**
     * Applies the next record of the topic, or a version that this service has just written. A change to a route is
     * accepted only if it has the next revision: if two services change a route at the same time, the change that comes
     * first on the topic wins everywhere. An adapter's first change is accepted with any revision, because compaction
     * deletes earlier changes. After a removal, revision 1 is accepted as well, because compaction also deletes the
     * removal.
     *
     * @return false if the record is a route change that is not accepted
     */
    public boolean apply(AdapterEvent event) {
        boolean[] applied = {true};
        adapters.compute(event.adapter(), (name, before) -> {
            Adapter adapter = before == null ? Adapter.unknown(name) : before;
            applied[0] = event.match(
                    version -> true,
                    next -> applies(next.route(), adapter.route()),
                    removed -> applies(removed, adapter.route()));
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

    private boolean applies(AdapterRoute next, @Nullable AdapterRoute current) {
        boolean isFirst = current == null && Integer.valueOf(1).equals(next.revision());
        if (!isFirst && !next.equals(current) && !isNext(next.name(), next.revision())) { // may be read twice
            return false;
        }
        revisions.put(next.name(), next.revision() == null ? 0 : next.revision());
        return true;
    }

    private boolean applies(RouteRemoved next, @Nullable AdapterRoute current) {
        if (current == null && next.revision() != null) { // nothing to remove
            revisions.merge(next.adapter(), next.revision(), Math::max);
            return true;
        }
        if (!isNext(next.adapter(), next.revision())) {
            return false;
        }
        revisions.put(next.adapter(), next.revision() == null ? 0 : next.revision());
        return true;
    }

    /** @param revision revision of a change; null if the change always applies */
    private boolean isNext(String adapter, @Nullable Integer revision) {
        return revision == null || !revisions.containsKey(adapter) || revision == nextRevision(adapter);
    }

    /** @return the revision of the next change to an adapter's route */
    public int nextRevision(String adapter) {
        return 1 + revisions.getOrDefault(adapter, 0);
    }

    /** @return the record that retires a version */
    public AdapterEvent retirement(AdapterVersion version, Instant at) {
        String key = AdapterEvent.of(version).key();
        return new AdapterEvent.Version(version.retired(at), laterFields(key));
    }

    /**
     * Returns the record that restores an adapter's current route on the topic after a change that was not accepted.
     * Compaction keeps only the last record, and would otherwise delete the current route. All services publish the same
     * record.
     */
    public AdapterEvent restoration(String adapter) {
        AdapterRoute current = adapter(adapter).route();
        return current == null
                ? new RouteRemoved(adapter, nextRevision(adapter))
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
