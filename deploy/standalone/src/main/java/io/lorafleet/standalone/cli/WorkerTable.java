// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.cli;

import io.lorafleet.standalone.cli.option.Table;
import io.lorafleet.standalone.cli.option.Words;
import io.lorafleet.standalone.client.WorkerInfo;
import java.time.Instant;
import java.util.stream.Collectors;

/** The table of {@code fleet workers}. */
final class WorkerTable {
    private WorkerTable() {}

    static Table<WorkerInfo> of(Instant now) {
        return new Table<WorkerInfo>()
                .column("WORKER", WorkerInfo::workerId)
                .column("STATE", WorkerInfo::state)
                .column("DEVICE", worker -> worker.device().replace("()", ""))
                .column("BUSY", worker -> worker.busySlots() + "/" + worker.slots())
                .column("MODEL", WorkerInfo::model)
                .column(
                        "ADAPTERS",
                        worker -> Integer.toString(worker.residentAdapters().size()))
                .column(
                        "REFUSED",
                        worker -> Integer.toString(worker.refusedAdapters().size()))
                .column("SEEN", worker -> Words.age(worker.lastSeen(), now))
                .wideColumn("POOL", worker -> worker.pool() == null ? "" : worker.pool())
                .wideColumn("RESIDENT", worker -> String.join(",", worker.residentAdapters()))
                .wideColumn("REASONS", WorkerTable::reasons);
    }

    private static String reasons(WorkerInfo worker) {
        return worker.refusedAdapters().stream()
                .map(refused -> refused.adapter() + ": " + refused.reason())
                .collect(Collectors.joining("; "));
    }
}
