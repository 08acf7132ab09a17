// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.adapter;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.registry.AdapterEvent;

/** The log of adapter versions and routes, which the whole fleet reads. */
public interface AdapterLog {

    /**
     * Writes a record. It returns when the record is durable.
     *
     * @throws NotPublishedException without an acknowledgement
     */
    void write(AdapterEvent event);
}
