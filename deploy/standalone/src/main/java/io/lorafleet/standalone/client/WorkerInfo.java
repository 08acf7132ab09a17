// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A worker in a gateway response.
 *
 * @param pool name of the worker's pool; null if an older gateway sent the response
 */
public record WorkerInfo(
        String workerId,
        String state,
        String device,
        int slots,
        int busySlots,
        String model,
        @Nullable String pool,
        List<String> residentAdapters,
        List<RefusedAdapter> refusedAdapters,
        Instant lastSeen) {}
