// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.AdapterRegistry;

/** The log of adapter versions and routes, which the whole fleet reads. */
public interface AdapterLog {

    /**
     * Writes the record, and returns when it is durable.
     *
     * @throws NotPublishedException if the broker does not acknowledge the record
     */
    void write(AdapterEvent event);

    /** Writes the record, then applies it to the gateway's registry, so that the next request already uses it. */
    default void write(AdapterEvent event, AdapterRegistry registry) {
        write(event);
        registry.apply(event);
    }
}
