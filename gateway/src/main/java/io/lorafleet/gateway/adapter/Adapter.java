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
 * What is known of one adapter: a fold of its records.
 *
 * @param route null if requests get the newest version
 * @param versions from the first on, retired ones too
 */
public record Adapter(String name, @Nullable AdapterRoute route, List<AdapterVersion> versions) {
    public Adapter {
        versions = List.copyOf(versions);
    }

    static Adapter unheardOf(String name) {
        return new Adapter(name, null, List.of());
    }

    Adapter with(AdapterVersion version) {
        Map<Integer, AdapterVersion> byNumber = new TreeMap<>();
        versions.forEach(one -> byNumber.put(one.version(), one));
        byNumber.put(version.version(), version);
        return new Adapter(name, route, List.copyOf(byNumber.values()));
    }

    /** @param newRoute null for none */
    Adapter routed(@Nullable AdapterRoute newRoute) {
        return new Adapter(name, newRoute, versions);
    }

    /** @return the number of its last version, retired or not; 0 if it has none */
    int lastNumber() {
        return versions.isEmpty() ? 0 : versions.get(versions.size() - 1).version();
    }

    public Optional<AdapterVersion> version(int number) {
        return versions.stream().filter(one -> one.version() == number).findFirst();
    }

    /** @return the version, if new requests may use it */
    public Optional<AdapterVersion> usable(int number) {
        return version(number).filter(one -> one.retiredAt() == null);
    }

    /** @return the newest version that new requests may use */
    public Optional<AdapterVersion> newest() {
        return versions.stream().filter(one -> one.retiredAt() == null).reduce((before, after) -> after);
    }

    /**
     * The version that requests get, but for the canary's share of them. A route never names a version that is retired
     * or unknown, unless two gateways changed both at once; then the newest stands in.
     */
    public Optional<AdapterVersion> stable() {
        return Optional.ofNullable(route)
                .map(AdapterRoute::stable)
                .flatMap(this::usable)
                .or(this::newest);
    }

    /** @return the version that this request gets */
    Optional<AdapterVersion> drawn(String requestId) {
        return Optional.ofNullable(route)
                .map(AdapterRoute::canary)
                .filter(canary -> HashBucket.of("canary", requestId) < canary.share())
                .map(Share::version)
                .flatMap(this::usable)
                .or(this::stable);
    }
}
