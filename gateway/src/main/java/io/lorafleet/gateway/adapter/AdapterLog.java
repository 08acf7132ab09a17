// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.registry.AdapterEvent;

/** The log of adapter versions and routes, which the whole fleet reads. */
public interface AdapterLog {

    /**
     * Writes the record, and returns when it is durable.
     *
     * @throws NotPublishedException if the broker does not acknowledge the record
     */
    void write(AdapterEvent event);
}
