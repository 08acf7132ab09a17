// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;

/**
 * Where adapter versions and routes are written for the whole fleet to read. Each call returns when the record is
 * durable, or throws a {@link NotPublishedException} if that cannot be said.
 */
public interface AdapterLog {

    /** Also for a version that was written before, and is now retired. */
    void write(AdapterVersion version);

    void write(AdapterRoute route);

    /** @param name of the adapter */
    void removeRoute(String name);
}
