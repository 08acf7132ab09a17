// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.BadField;
import io.lorafleet.registry.Adapter;
import java.util.List;
import java.util.function.Function;

/** The outcome of a change to a route. */
public sealed interface RouteChange {
    /** Calls the function for this outcome. Callers must handle every outcome. */
    <R> R match(
            Function<Changed, R> changed,
            Function<Refused, R> refused,
            Function<NothingBefore, R> nothingBefore,
            Function<Unknown, R> unknown);

    /**
     * The change applies to all requests accepted from now on.
     *
     * @param adapter the adapter after the change
     */
    record Changed(Adapter adapter) implements RouteChange {
        @Override
        public <R> R match(
                Function<Changed, R> changed,
                Function<Refused, R> refused,
                Function<NothingBefore, R> nothingBefore,
                Function<Unknown, R> unknown) {
            return changed.apply(this);
        }
    }

    /** The requested route is invalid. */
    record Refused(List<BadField> badFields) implements RouteChange {
        public Refused {
            badFields = List.copyOf(badFields);
        }

        @Override
        public <R> R match(
                Function<Changed, R> changed,
                Function<Refused, R> refused,
                Function<NothingBefore, R> nothingBefore,
                Function<Unknown, R> unknown) {
            return refused.apply(this);
        }
    }

    /** There is no version to roll back to. */
    record NothingBefore(String reason) implements RouteChange {
        @Override
        public <R> R match(
                Function<Changed, R> changed,
                Function<Refused, R> refused,
                Function<NothingBefore, R> nothingBefore,
                Function<Unknown, R> unknown) {
            return nothingBefore.apply(this);
        }
    }

    /** The adapter does not exist. */
    record Unknown() implements RouteChange {
        @Override
        public <R> R match(
                Function<Changed, R> changed,
                Function<Refused, R> refused,
                Function<NothingBefore, R> nothingBefore,
                Function<Unknown, R> unknown) {
            return unknown.apply(this);
        }
    }
}
