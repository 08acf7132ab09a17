// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.BadField;
import io.lorafleet.registry.Adapter;
import java.util.List;

/** The outcome of a change to a route. */
public sealed interface RouteChange {
    /** The change applies to all requests that are accepted from now on. @param adapter after the change */
    record Changed(Adapter adapter) implements RouteChange {}

    /** The requested route is invalid. */
    record Refused(List<BadField> badFields) implements RouteChange {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }

    /** There is no version to roll back to. */
    record NothingBefore(String reason) implements RouteChange {}

    /** The adapter does not exist. */
    record Unknown() implements RouteChange {}
}
