// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a fleet on this machine is made of.
 *
 * @param root the repository, in which the built services lie
 * @param data folder for the broker's log, the blobs and the services' logs
 * @param model folder of the base model
 * @param port of the gateway
 * @param brokerPort of the broker in this process
 * @param bootstrap an outer broker to use instead, as {@code host:port}; else null
 * @param apiKeys the file of keys that the gateway asks for; null if it asks for none
 */
public record FleetSettings(
        Path root,
        Path data,
        Path model,
        int port,
        int brokerPort,
        @Nullable String bootstrap,
        int workers,
        String topicPrefix,
        @Nullable Path apiKeys) {

    /** @return whether other users of this machine must not reach what the fleet keeps and says */
    boolean isClosed() {
        return apiKeys != null;
    }

    boolean ownsBroker() {
        return bootstrap == null;
    }
}
