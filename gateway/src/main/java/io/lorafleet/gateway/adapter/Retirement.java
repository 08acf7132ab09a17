// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.registry.Adapter;

/** The outcome of retiring versions. */
public sealed interface Retirement {
    /** New requests cannot use the versions, and their numbers are not reused. @param adapter after the change */
    record Retired(Adapter adapter) implements Retirement {}

    /** The adapter's route uses the version. @param use stable, canary or shadow */
    record Routed(AdapterRoute route, String use) implements Retirement {}

    /** The adapter or the version does not exist. */
    record Unknown() implements Retirement {}
}
