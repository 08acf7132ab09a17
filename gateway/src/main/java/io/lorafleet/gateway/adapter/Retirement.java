// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.registry.Adapter;
import java.util.function.Function;

/** The outcome of retiring versions. */
public sealed interface Retirement {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(Function<Retired, R> retired, Function<Routed, R> routed, Function<Unknown, R> unknown);

    /**
     * New requests cannot use the versions, and their numbers are never reused.
     *
     * @param adapter the adapter after the change
     */
    record Retired(Adapter adapter) implements Retirement {
        @Override
        public <R> R match(Function<Retired, R> retired, Function<Routed, R> routed, Function<Unknown, R> unknown) {
            return retired.apply(this);
        }
    }

    /**
     * The adapter's route uses the version.
     *
     * @param use stable, canary or shadow
     */
    record Routed(AdapterRoute route, String use) implements Retirement {
        @Override
        public <R> R match(Function<Retired, R> retired, Function<Routed, R> routed, Function<Unknown, R> unknown) {
            return routed.apply(this);
        }
    }

    /** The adapter or the version does not exist. */
    record Unknown() implements Retirement {
        @Override
        public <R> R match(Function<Retired, R> retired, Function<Routed, R> routed, Function<Unknown, R> unknown) {
            return unknown.apply(this);
        }
    }
}
