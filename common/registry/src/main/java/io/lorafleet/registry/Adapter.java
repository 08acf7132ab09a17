// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.registry;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An adapter's state, as built from its records.
 *
 * @param route route of the adapter; null if requests use the newest version
 * @param versions versions in ascending order, including retired versions
 */
public record Adapter(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {
    public Adapter {
        versions = List.copyOf(versions);
    }

    static Adapter unknown(String name) {
        return new Adapter(name, null, List.of());
    }

    Adapter with(AdapterEvent event) {
        return event.match(
                written -> with(written.version()),
                written -> new Adapter(name, written.route(), versions),
                removed -> new Adapter(name, null, versions));
    }

    private Adapter with(AdapterVersion version) {
        List<AdapterVersion> changed = new ArrayList<>(versions);
        changed.removeIf(one -> one.version() == version.version());
        changed.add(version);
        changed.sort(Comparator.comparingInt(AdapterVersion::version));
        return new Adapter(name, route, changed);
    }

    /** @return the highest version number, retired or not; 0 if there are no versions */
    public int lastNumber() {
        return versions.isEmpty() ? 0 : versions.get(versions.size() - 1).version();
    }

    public Optional<AdapterVersion> version(int number) {
        return versions.stream().filter(one -> one.version() == number).findFirst();
    }

    /** @return the version if it exists and is not retired */
    public Optional<AdapterVersion> usable(int number) {
        return version(number).filter(one -> one.retiredAt() == null);
    }

    /** @return the newest version that is not retired */
    public Optional<AdapterVersion> newest() {
        return versions.stream().filter(one -> one.retiredAt() == null).reduce((before, after) -> after);
    }

    /**
     * The version used for all requests except the canary's share: the route's stable version, or the newest version if
     * there is no route. Concurrent changes can leave a route with a retired or unknown version; in that case, the
     * newest version is used instead.
     */
    public Optional<AdapterVersion> current() {
        return Optional.ofNullable(route)
                .map(AdapterRoute::stable)
                .flatMap(this::usable)
                .or(this::newest);
    }

    /** @return the version to use for this request: either the canary or the current version */
    Optional<AdapterVersion> select(String requestId) {
        return Optional.ofNullable(route)
                .map(AdapterRoute::canary)
                .filter(canary -> HashBucket.of("canary", requestId) < canary.share())
                .map(Share::version)
                .flatMap(this::usable)
                .or(this::current);
    }
}
