// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The settings for a fleet on this machine.
 *
 * @param root the repository, which contains the built services
 * @param data folder for the broker's log, the blobs and the services' logs
 * @param model path of the base model
 * @param port port of the gateway
 * @param brokerPort port of the embedded broker
 * @param bootstrap {@code host:port} of a running broker to use instead of the embedded one, or null
 * @param apiKeys the API key file; null if the gateway does not require a key
 * @param pools pools of workers in addition to the default pool
 * @param controlNets folder of the ControlNets of the default pool, or null
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
        @Nullable Path apiKeys,
        List<PoolSettings> pools,
        @Nullable Path controlNets) {

    public FleetSettings {
        pools = List.copyOf(pools);
    }

    /** Settings of a fleet with only the default pool, without ControlNets. */
    public FleetSettings(
            Path root,
            Path data,
            Path model,
            int port,
            int brokerPort,
            @Nullable String bootstrap,
            int workers,
            String topicPrefix,
            @Nullable Path apiKeys) {
        this(root, data, model, port, brokerPort, bootstrap, workers, topicPrefix, apiKeys, List.of(), null);
    }

    /** @return the number of workers in all pools */
    int allWorkers() {
        return workers + pools.stream().mapToInt(PoolSettings::workers).sum();
    }

    /** @return whether the data and the broker must be inaccessible to other users of this machine */
    boolean isClosed() {
        return apiKeys != null;
    }

    boolean ownsBroker() {
        return bootstrap == null;
    }
}
