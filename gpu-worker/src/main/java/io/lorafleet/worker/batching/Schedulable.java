// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

import io.lorafleet.messages.Priority;
import java.time.Instant;

/** An image on its way, as far as the choice of the next batch goes. */
public interface Schedulable {
    ImageSize size();

    /** @return rows of the UNet's batch that its step takes */
    int rows();

    Priority priority();

    /** @return when it came to this worker */
    Instant arrivedAt();
}
