// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.chaos.proxy;

import org.apache.kafka.common.Uuid;

/** Observes which records the share consumers behind a proxy acquire and acknowledge. */
public interface ShareObserver {
    /** Ignores everything. */
    ShareObserver NONE = new ShareObserver() {
        @Override
        public void taken(String consumer, Uuid topic, int partition, long offset, int delivery) {}

        @Override
        public void acknowledged(String consumer, Uuid topic, int partition, long offset, int type) {}
    };

    /**
     * @param consumer client id of the share consumer
     * @param delivery number of the delivery, starting at 1
     */
    void taken(String consumer, Uuid topic, int partition, long offset, int delivery);

    /** @param type Kafka's number for the type of the acknowledgement */
    void acknowledged(String consumer, Uuid topic, int partition, long offset, int type);

    /** The broker connection over which the consumer fetched has ended. */
    default void disconnected(String consumer) {}
}
