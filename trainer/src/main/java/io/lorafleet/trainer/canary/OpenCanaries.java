// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.canary;

import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.trainer.publish.AdapterBook;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which versions are on trial: the fold of what trainers have decided. */
public final class OpenCanaries {
    private final AdapterBook adapters;
    private final Map<String, RouteDecided> latest = new HashMap<>();

    /** @param adapters as up to date as this book */
    public OpenCanaries(AdapterBook adapters) {
        this.adapters = adapters;
    }

    public void apply(RouteDecided decision) {
        latest.put(decision.adapter(), decision);
    }

    /** @return the decision that another one is to follow; nothing if somebody has changed the route since */
    public Optional<RouteDecided> open(String adapter) {
        return Optional.ofNullable(latest.get(adapter)).filter(this::isOpen);
    }

    /** @return all of them */
    public List<RouteDecided> open() {
        return latest.values().stream().filter(this::isOpen).toList();
    }

    private boolean isOpen(RouteDecided decision) {
        return decision.open()
                && adapters.route(decision.adapter())
                        .filter(decision.route()::equals)
                        .isPresent();
    }
}
