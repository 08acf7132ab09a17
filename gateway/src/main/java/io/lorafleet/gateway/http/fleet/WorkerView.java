// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http.fleet;

import io.lorafleet.gateway.model.KnownWorker;
import io.lorafleet.messages.worker.WorkerStatus;
import io.lorafleet.messages.worker.WorkerStatus.Batches;
import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A worker in the API.
 *
 * @param state state of the worker: ready, draining, stopped or lost
 * @param batches statistics on the batches of the latest steps; absent if there were no recent steps
 * @param model name of the base
 * @param pool name of the worker's pool
 * @param residentAdapters {@code name@version} of the adapters on the device, most recently used first
 * @param lastSeen time at which the worker's last status was received
 */
record WorkerView(
        String workerId,
        String state,
        String device,
        int slots,
        int busySlots,
        @Nullable Batches batches,
        String model,
        String pool,
        List<String> residentAdapters,
        List<RefusedAdapter> refusedAdapters,
        Instant lastSeen) {

    static WorkerView of(KnownWorker worker) {
        WorkerStatus status = worker.status();
        return new WorkerView(
                status.workerId(),
                worker.state().name().toLowerCase(Locale.ROOT),
                status.device(),
                status.slots(),
                status.busySlots(),
                status.batches(),
                status.model().name(),
                status.poolName(),
                status.residentAdapters(),
                status.refusedAdapters(),
                worker.lastSeen());
    }
}
