// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterRoute.Share;
import io.lorafleet.messages.adapter.AdapterVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The state of one adapter: a fold of its records.
 *
 * @param route route of the adapter; null if requests get the newest version
 * @param versions versions in ascending order, including retired versions
 */
public record Adapter(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {
    public Adapter {
        versions = List.copyOf(versions);
    }

    static Adapter unknown(String name) {
        return new Adapter(name, null, List.of());
    }

    Adapter with(AdapterVersion version) {
        Map<Integer, AdapterVersion> byNumber = new TreeMap<>();
        versions.forEach(one -> byNumber.put(one.version(), one));
        byNumber.put(version.version(), version);
        return new Adapter(name, route, List.copyOf(byNumber.values()));
    }

    /** @param newRoute new route; null to remove the route */
    Adapter routed(@Nullable AdapterRoute newRoute) {
        return new Adapter(name, newRoute, versions);
    }

    /** @return the highest version number, retired or not; 0 without versions */
    int lastNumber() {
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
     * The version for all requests except the canary's share. Concurrent changes on two gateways can leave a route with
     * a retired or unknown version; requests then get the newest version instead.
     */
    public Optional<AdapterVersion> stable() {
        return Optional.ofNullable(route)
                .map(AdapterRoute::stable)
                .flatMap(this::usable)
                .or(this::newest);
    }

    /** @return the version for this request */
    Optional<AdapterVersion> select(String requestId) {
        return Optional.ofNullable(route)
                .map(AdapterRoute::canary)
                .filter(canary -> HashBucket.of("canary", requestId) < canary.share())
                .map(Share::version)
                .flatMap(this::usable)
                .or(this::stable);
    }
}
