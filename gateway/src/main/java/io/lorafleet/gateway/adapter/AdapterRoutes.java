// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.FieldChecks;
import io.lorafleet.messages.adapter.AdapterRoute;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.util.Optional;

/**
 * Changes which versions requests get that name an adapter and no version.
 *
 * <p>If two gateways change one route at once, the last write wins: the whole route is one record.
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

    public RouteChange set(String name, RouteRequest order) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        FieldChecks checks = new FieldChecks();
        AdapterRoute route = order.route(adapter.get(), clock.instant(), checks);
        return route == null ? new RouteChange.Refused(checks.badFields()) : write(adapter.get(), route);
    }

    /** Requests get the newest version again. */
    public RouteChange remove(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        log.removeRoute(name);
        registry.removeRoute(name);
        return changed(adapter.get());
    }

    /**
     * Back to the stable version before, without canary and shadow. There is no way forth again, so that somebody who
     * rolls back twice does not end where he began.
     */
    public RouteChange rollBack(String name) {
        Optional<Adapter> adapter = registry.find(name);
        if (adapter.isEmpty()) {
            return new RouteChange.Unknown();
        }
        AdapterRoute route = adapter.get().route();
        if (route == null) {
            return new RouteChange.NothingBefore("expected a route to roll back, found none: requests get the newest");
        }
        Integer previous = route.previousStable();
        if (previous == null) {
            return new RouteChange.NothingBefore("expected a stable version before " + route.stable() + ", found none");
        }
        if (adapter.get().usable(previous).isEmpty()) {
            return new RouteChange.NothingBefore(
                    "expected a version that is not retired, found " + name + "@" + previous + " retired");
        }
        return write(adapter.get(), new AdapterRoute(name, previous, null, null, null, clock.instant()));
    }

    private RouteChange write(Adapter adapter, AdapterRoute route) {
        log.write(route);
        registry.apply(route);
        return changed(adapter);
    }

    private RouteChange changed(Adapter before) {
        return new RouteChange.Changed(registry.find(before.name()).orElse(before));
    }
}
