// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.registry.AdapterRegistry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** The open canaries, according to the published decisions. */
public final class OpenCanaries {
    private final AdapterRegistry adapters;
    private final Map<String, RouteDecided> latest = new HashMap<>();
    private final Set<AdapterRoute> refused = new HashSet<>();

    /** @param adapters versions and routes, read up to the same point as the decisions */
    public OpenCanaries(AdapterRegistry adapters) {
        this.adapters = adapters;
    }

    public void apply(RouteDecided decision) {
        latest.put(decision.adapter(), decision);
    }

    /** @return the open decision; empty if there is none, or if the route has changed since the decision */
    public Optional<RouteDecided> open(String adapter) {
        return Optional.ofNullable(latest.get(adapter)).filter(this::isOpen);
    }

    /** @return all open decisions */
    public List<RouteDecided> open() {
        return latest.values().stream().filter(this::isOpen).toList();
    }

    /** Records a route that had no effect, because another change to the adapter's route precedes it in the topic. */
    public void refused(AdapterRoute route) {
        refused.add(route);
    }

    /** @return the latest decisions whose routes had no effect */
    public List<RouteDecided> overruled() {
        return latest.values().stream()
                .filter(decision -> refused.contains(decision.route()))
                .toList();
    }

    private boolean isOpen(RouteDecided decision) {
        return decision.open()
                && Objects.equals(
                        decision.route(), adapters.adapter(decision.adapter()).route());
    }
}
