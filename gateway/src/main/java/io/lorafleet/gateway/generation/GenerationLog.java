// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;

/** Where commands about generations are written for the workers and for every gateway to read. */
public interface GenerationLog {

    /**
     * Returns when the command is durable.
     *
     * @throws NotPublishedException if that cannot be said
     */
    void write(GenerateImage command);

    /**
     * Returns when the command is durable.
     *
     * @throws NotPublishedException if that cannot be said
     */
    void write(CancelGeneration command);
}
