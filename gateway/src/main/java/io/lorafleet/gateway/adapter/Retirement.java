// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;

/** What became of the wish to retire versions. */
public sealed interface Retirement {
    /** No new request may use them; their numbers are never given again. @param adapter as it is now */
    record Retired(Adapter adapter) implements Retirement {}

    /** The adapter's route gives the version to requests. @param use what the route has it for */
    record Routed(AdapterRoute route, String use) implements Retirement {}

    /** There is no such adapter, or it has no such version. */
    record Unknown() implements Retirement {}
}
