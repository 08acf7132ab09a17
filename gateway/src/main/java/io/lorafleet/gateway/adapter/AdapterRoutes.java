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
 * Changes the routes of adapters. If several gateways or trainers change a route at the same time, only the first
 * change takes effect.
 */
@Singleton
public final class AdapterRoutes {
    private final AdapterRegistry registry;
    private final RouteLog routes;
    private final Clock clock;

    public AdapterRoutes(AdapterRegistry registry, RouteLog routes, Clock clock) {
        this.registry = registry;
        this.routes = routes;
        this.clock = clock;
    }

    public RouteChange set(String name, RouteRequest body) {
        int revision = registry.nextRevision(name); // before the route is read
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        FieldChecks checks = new FieldChecks();
        AdapterRoute route = body.route(adapter.get(), clock.instant(), checks);
        return route == null
                ? new RouteChange.Refused(checks.badFields())
                : write(AdapterEvent.of(route.withRevision(revision)));
    }

    /** Removes the route, so that requests use the newest version. */
    public RouteChange remove(String name) {
        int revision = registry.nextRevision(name);
        return registry.find(name).isEmpty()
                ? new RouteChange.Unknown()
                : write(new AdapterEvent.RouteRemoved(name, revision));
    }

    /**
     * Rolls back to the previous stable version, and removes the canary and the shadow. The new route has no previous
     * stable version, so that a second rollback does not undo the first.
     */
    public RouteChange rollBack(String name) {
        int revision = registry.nextRevision(name); // before the route is read
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        AdapterRoute route = adapter.get().route();
        if (route == null) {
            return new RouteChange.NothingBefore("the adapter has no route: requests use the newest version");
        }
        Integer previous = route.previousStable();
        if (previous == null) {
            return new RouteChange.NothingBefore("the route has no previous stable version");
        }
        if (adapter.get().usable(previous).isEmpty()) {
            return new RouteChange.NothingBefore(
                    "the previous stable version, " + name + "@" + previous + ", is retired");
        }
        AdapterRoute back = new AdapterRoute(name, previous, null, null, null, clock.instant(), revision);
        return write(AdapterEvent.of(back));
    }

    private RouteChange write(AdapterEvent change) {
        return routes.write(change)
                ? new RouteChange.Changed(registry.adapter(change.adapter()))
                : new RouteChange.Overtaken();
    }
}
