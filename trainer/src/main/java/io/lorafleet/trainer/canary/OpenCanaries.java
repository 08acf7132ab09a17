// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.registry.AdapterRegistry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The open canaries, according to the published decisions. */
public final class OpenCanaries {
    private final AdapterRegistry adapters;
    private final Map<String, RouteDecided> latest = new HashMap<>();

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

    private boolean isOpen(RouteDecided decision) {
        return decision.open()
                && decision.route().equals(adapters.adapter(decision.adapter()).route());
    }
}
