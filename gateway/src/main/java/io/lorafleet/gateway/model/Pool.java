// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.model;

import io.lorafleet.messages.PinnedControlNet;
import io.lorafleet.messages.worker.WorkerStatus.BaseModel;
import java.util.List;

/**
 * A pool of workers.
 *
 * @param name name of the pool
 * @param base base of its workers. While the base is being replaced, this is the base of the ready worker with the
 *     newest status
 * @param readySlots number of slots of its ready workers
 * @param batchRows number of rows in the batches of its ready workers together, at the base's default size
 * @param controlNets ControlNets that all of its ready workers have, ordered by name. Without ready workers, those of the
 *     worker that the base is taken from
 */
public record Pool(String name, BaseModel base, int readySlots, int batchRows, List<PinnedControlNet> controlNets) {
    public Pool {
        controlNets = List.copyOf(controlNets);
    }
}
