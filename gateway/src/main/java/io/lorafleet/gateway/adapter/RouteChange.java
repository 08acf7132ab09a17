// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.BadField;
import io.lorafleet.registry.Adapter;
import java.util.List;

/** The outcome of a change to a route. */
public sealed interface RouteChange {
    /** Calls the method for this outcome. */
    <R> R match(Cases<R> cases);

    /** One method per outcome. */
    interface Cases<R> {
        R changed(Changed change);

        R refused(Refused refusal);

        R nothingBefore(NothingBefore nothing);

        R overtaken(Overtaken overtaken);

        R unknown(Unknown unknown);
    }

    /**
     * The change applies to all requests accepted from now on.
     *
     * @param adapter the adapter after the change
     */
    record Changed(Adapter adapter) implements RouteChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.changed(this);
        }
    }

    /** The requested route is invalid. */
    record Refused(List<BadField> badFields) implements RouteChange {
        public Refused {
            badFields = List.copyOf(badFields);
        }

        @Override
        public <R> R match(Cases<R> cases) {
            return cases.refused(this);
        }
    }

    /** There is no version to roll back to. */
    record NothingBefore(String reason) implements RouteChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.nothingBefore(this);
        }
    }

    /** Another change to the route came first, so this change does not apply. */
    record Overtaken() implements RouteChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.overtaken(this);
        }
    }

    /** The adapter does not exist. */
    record Unknown() implements RouteChange {
        @Override
        public <R> R match(Cases<R> cases) {
            return cases.unknown(this);
        }
    }
}
