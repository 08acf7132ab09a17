// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.standalone.client.GatewayClient;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The environment variables of the services: this process's own, without the secrets that are not theirs. */
final class ServiceEnvironment {
    /** What configures the gateway alone: its webhooks' secret, its provider's, those of its certificates. */
    private static final List<String> OF_GATEWAY =
            List.of("LORAFLEET_WEBHOOKS_", "LORAFLEET_SECURITY_", "QUARKUS_OIDC_", "QUARKUS_HTTP_SSL_");

    private final Map<String, String> all;

    /** @param login settings of Kafka clients, which services take from variables */
    ServiceEnvironment(Map<String, String> own, Map<String, String> login) {
        all = new TreeMap<>(own);
        all.remove(GatewayClient.KEY); // is whoever uses the command line
        login.forEach((key, value) -> all.put(variable("kafka." + key), value));
    }

    Map<String, String> ofGateway() {
        return all;
    }

    Map<String, String> ofOthers() {
        Map<String, String> others = new TreeMap<>(all);
        // A profile may stand before the key.
        others.keySet().removeIf(name -> OF_GATEWAY.stream().anyMatch(variable(name)::contains));
        return others;
    }

    /** @return a configuration key as the name of a variable */
    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
