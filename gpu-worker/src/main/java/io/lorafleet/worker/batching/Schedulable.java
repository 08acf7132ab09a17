// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.batching;

import io.lorafleet.messages.Priority;
import java.time.Instant;

/** The properties of an image that the batch scheduler needs. */
public interface Schedulable {
    /** @return id of the request that the image belongs to */
    String requestId();

    /** @return the size of the image */
    ImageSize size();

    /** @return the number of UNet rows that the next step of the image needs */
    int rows();

    /**
     * @return the number of rows of the next step that run through a ControlNet; a row with two ControlNets counts twice
     */
    int controlRows();

    /** @return the priority of the image's job */
    Priority priority();

    /** @return the time at which the job arrived in this worker */
    Instant arrivedAt();
}
