// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.history;

/** An exchange between a worker and the brokers, or the end of the worker's process. */
public sealed interface WorkerEvent extends HistoryEvent {
    String worker();

    /**
     * The broker delivered a request, or the worker renewed the request's lock.
     *
     * @param consumer client id of the share consumer; a worker has one consumer for each slot
     * @param delivery number of the delivery, starting at 1
     */
    record Taken(long t, String worker, String consumer, Position position, int delivery) implements WorkerEvent {}

    /**
     * The worker acknowledged a request.
     *
     * @param how Kafka's acknowledgement type: accept, release, reject or renew
     */
    record Acknowledged(long t, String worker, String consumer, Position position, String how) implements WorkerEvent {
        /** @return whether the worker no longer holds the record */
        public boolean releases() {
            return !how.equals("renew");
        }
    }

    /**
     * The connection over which a share consumer received records has ended. The broker then takes back all records
     * that the consumer holds.
     */
    record Disconnected(long t, String worker, String consumer) implements WorkerEvent {}

    /** The process ended, so it no longer holds any records. */
    record Exited(long t, String worker, int exitCode) implements WorkerEvent {}
}
