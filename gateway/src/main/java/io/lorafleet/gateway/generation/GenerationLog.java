// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.generation;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.generation.CancelGeneration;
import io.lorafleet.messages.generation.GenerateImage;

/** The log of generate and cancel commands, which the workers and gateways read. */
public interface GenerationLog {

    /**
     * Returns when the command is durable.
     *
     * @param later further fields of the command, which only later releases know
     * @throws NotPublishedException if the broker does not acknowledge the command
     */
    void write(GenerateImage command, LaterFields later);

    /**
     * Returns when the command is durable.
     *
     * @throws NotPublishedException if the broker does not acknowledge the command
     */
    void write(CancelGeneration command);
}
