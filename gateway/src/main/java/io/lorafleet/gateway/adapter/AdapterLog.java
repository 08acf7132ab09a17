// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;

/**
 * The log of adapter versions and routes, which the whole fleet reads. Each call returns when the record is durable,
 * and throws a {@link NotPublishedException} without an acknowledgement.
 */
public interface AdapterLog {

    /** Writes a new version, or updates one to retire it. */
    void write(AdapterVersion version);

    void write(AdapterRoute route);

    /** @param name of the adapter */
    void removeRoute(String name);
}
