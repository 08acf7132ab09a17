// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
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
        return new Retirement.Retired(registry.adapter(name));
    }

    /** Retires every version of an adapter, and removes its route. */
    public Retirement retireAll(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new Retirement.Unknown();
        }
        if (adapter.get().route() != null) { // first, so that no route names a retired version
            log.write(new AdapterEvent.RouteRemoved(name, null), registry);
        }
        adapter.get().versions().forEach(this::retire);
        return new Retirement.Retired(registry.adapter(name));
    }

    private void retire(AdapterVersion version) {
        if (version.retiredAt() == null) {
            log.write(registry.retirement(version, clock.instant()), registry);
        }
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
}
