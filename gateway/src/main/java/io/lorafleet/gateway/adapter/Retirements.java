// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Retires adapter versions. Requests that are already pinned to a retired version still use it. */
@Singleton
public final class Retirements {
    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final Clock clock;

    public Retirements(AdapterRegistry registry, AdapterLog log, Clock clock) {
        this.registry = registry;
        this.log = log;
        this.clock = clock;
    }

    public Retirement retire(String name, int number) {
        Optional<Adapter> adapter = registry.find(name);
        Optional<AdapterVersion> version = adapter.flatMap(one -> one.version(number));
        if (version.isEmpty()) {
            return new Retirement.Unknown();
        }
        AdapterRoute route = adapter.get().route();
        Optional<String> use = use(route, number);
        if (route != null && use.isPresent()) {
            return new Retirement.Routed(route, use.get());
        }
        retire(version.get());
        return retired(adapter.get());
    }

    /** Retires every version of an adapter, and removes its route. */
    public Retirement retireAll(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new Retirement.Unknown();
        }
        if (adapter.get().route() != null) { // done first, so that no route names a retired version
            log.removeRoute(name);
            registry.removeRoute(name);
        }
        adapter.get().versions().forEach(this::retire);
        return retired(adapter.get());
    }

    private void retire(AdapterVersion version) {
        if (version.retiredAt() == null) {
            AdapterVersion retired = retired(version, clock.instant());
            log.write(retired);
            registry.apply(retired);
        }
    }

    private Retirement retired(Adapter before) {
        return new Retirement.Retired(registry.find(before.name()).orElse(before));
    }

    private static Optional<String> use(@Nullable AdapterRoute route, int number) {
        if (route == null) {
            return Optional.empty();
        }
        if (route.stable() == number) {
            return Optional.of("stable");
        }
        if (route.canary() != null && route.canary().version() == number) {
            return Optional.of("canary");
        }
        return route.shadow() != null && route.shadow().version() == number ? Optional.of("shadow") : Optional.empty();
    }

    private static AdapterVersion retired(AdapterVersion version, Instant now) {
        return new AdapterVersion(
                version.name(),
                version.version(),
                version.sha256(),
                version.sizeBytes(),
                version.rank(),
                version.baseFingerprint(),
                version.kind(),
                version.guidance(),
                version.createdAt(),
                now,
                version.lineage(),
                version.figures());
    }
}
