// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.registry.Adapter;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/**
 * Changes the routes of adapters.
 *
 * <p>A route is a single record, so if two gateways change it concurrently, the last write wins.
 */
@Singleton
public final class AdapterRoutes {
    private final AdapterRegistry registry;
    private final AdapterLog log;
    private final Clock clock;

    public AdapterRoutes(AdapterRegistry registry, AdapterLog log, Clock clock) {
        this.registry = registry;
        this.log = log;
        this.clock = clock;
    }

    public RouteChange set(String name, RouteRequest body) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        FieldChecks checks = new FieldChecks();
        AdapterRoute route = body.route(adapter.get(), clock.instant(), checks);
        return route == null ? new RouteChange.Refused(checks.badFields()) : write(AdapterEvent.of(route));
    }

    /** Removes the route, so that requests use the newest version. */
    public RouteChange remove(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        return write(new AdapterEvent.RouteRemoved(name));
    }

    /**
     * Rolls back to the previous stable version, and removes the canary and the shadow. The new route has no previous
     * stable version, so that a second rollback does not undo the first.
     */
    public RouteChange rollBack(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        AdapterRoute route = adapter.get().route();
        if (route == null) {
            return new RouteChange.NothingBefore("the adapter has no route: requests get the newest version");
        }
        Integer previous = route.previousStable();
        if (previous == null) {
            return new RouteChange.NothingBefore("the route has no stable version before version " + route.stable());
        }
        if (adapter.get().usable(previous).isEmpty()) {
            return new RouteChange.NothingBefore(
                    "the previous stable version, " + name + "@" + previous + ", is retired");
        }
        AdapterRoute back = new AdapterRoute(name, previous, null, null, null, clock.instant());
        return write(AdapterEvent.of(back));
    }

    private RouteChange write(AdapterEvent event) {
        log.write(event, registry);
        return new RouteChange.Changed(registry.adapter(event.adapter()));
    }
}
