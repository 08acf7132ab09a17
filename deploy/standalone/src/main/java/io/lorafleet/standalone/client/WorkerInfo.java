// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.client;

import io.lorafleet.messages.worker.WorkerStatus.RefusedAdapter;
import java.time.Instant;
import java.util.List;

/** A worker in a gateway response. */
public record WorkerInfo(
        String workerId,
        String state,
        String device,
        int slots,
        int busySlots,
        String model,
        List<String> residentAdapters,
        List<RefusedAdapter> refusedAdapters,
        Instant lastSeen) {

    /** @return a description of the worker */
    public String text() {
        StringBuilder text = new StringBuilder(String.format(
                "%-24s %-8s %-8s %d of %d slots busy  %s  %s",
                workerId, state, device, busySlots, slots, model, lastSeen));
        if (!residentAdapters.isEmpty()) {
            text.append(String.format("%n  holds %s", String.join(" ", residentAdapters)));
        }
        refusedAdapters.forEach(
                refused -> text.append(String.format("%n  cannot use %s: %s", refused.adapter(), refused.reason())));
        return text.toString();
    }
}
