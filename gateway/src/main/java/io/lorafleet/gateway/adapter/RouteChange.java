// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.BadField;
import java.util.List;

/** What became of the wish to change a route. */
public sealed interface RouteChange {
    /** It holds for every request that is accepted from now on. @param adapter with its new route, or none */
    record Changed(Adapter adapter) implements RouteChange {}

    /** The route cannot be as it is wanted. */
    record Refused(List<BadField> badFields) implements RouteChange {
        public Refused {
            badFields = List.copyOf(badFields);
        }
    }

    /** It cannot be rolled back. */
    record NothingBefore(String reason) implements RouteChange {}

    /** There is no such adapter. */
    record Unknown() implements RouteChange {}
}
