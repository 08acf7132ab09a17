// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.telemetry.kafka;

import java.util.Map;

/**
 * The names of Kafka clients, as {@code client.id}: {@code lorafleet-SERVICE-INSTANCE-ROLE}. With these names, the
 * operator of a cluster can find the process behind a connection in the brokers' logs, metrics and quotas.
 */
public final class ClientId {
    private static final String CLIENT_ID = "client.id";

    private ClientId() {}

    /**
     * @param service name of the service, such as {@code worker}
     * @param instance name of the process, unique among the instances of the service
     * @param role purpose of the client in the process, such as {@code slot-3}
     */
    public static String of(String service, String instance, String role) {
        return "lorafleet-" + service + "-" + instance + "-" + role;
    }

    /** Replaces the {@code client.id} in the settings of a client. */
    public static void set(Map<String, Object> settings, String service, String instance, String role) {
        settings.put(CLIENT_ID, of(service, instance, role));
    }
}
