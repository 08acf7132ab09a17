// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.adapter.AdapterVersion;

/**
 * The log of adapter versions and routes, which the whole fleet reads. Each call returns when the record is durable,
 * and throws a {@link NotPublishedException} if the broker does not acknowledge the record.
 */
public interface AdapterLog {

    /** Writes a new version, or the update that retires an existing version. */
    void write(AdapterVersion version);

    void write(AdapterRoute route);

    /** @param name name of the adapter */
    void removeRoute(String name);
}
