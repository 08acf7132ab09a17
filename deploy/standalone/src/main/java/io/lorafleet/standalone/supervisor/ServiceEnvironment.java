// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone.supervisor;

import io.lorafleet.standalone.client.GatewayClient;
import io.lorafleet.standalone.settings.ConfigFile;
import io.lorafleet.standalone.settings.GatewaySettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The services' environment variables: those of this process, without other services' secrets. */
final class ServiceEnvironment {
    /** Only for the gateway: the secrets for its webhooks, its identity provider and its certificates. */
    private static final List<String> OF_GATEWAY =
            List.of("LORAFLEET_WEBHOOKS_", "LORAFLEET_SECURITY_", "QUARKUS_OIDC_", "QUARKUS_HTTP_SSL_");

    private final Map<String, String> all;

    /** @param login Kafka client settings, which the services read from environment variables */
    ServiceEnvironment(Map<String, String> own, Map<String, String> login) {
        all = new TreeMap<>(own);
        // They tell the command line which gateway to use, and contain the user's key.
        List.of(GatewayClient.KEY, GatewaySettings.URL, GatewaySettings.CONTEXT, ConfigFile.VARIABLE)
                .forEach(all::remove);
        login.forEach((key, value) -> all.put(variable("kafka." + key), value));
    }

    Map<String, String> ofGateway() {
        return all;
    }

    Map<String, String> ofOthers() {
        Map<String, String> others = new TreeMap<>(all);
        // A variable's name can start with a Quarkus profile, such as _PROD_.
        others.keySet().removeIf(name -> OF_GATEWAY.stream().anyMatch(variable(name)::contains));
        return others;
    }

    /** @return the variable name for a configuration key */
    private static String variable(String key) {
        return key.replaceAll("[^A-Za-z0-9]", "_").toUpperCase(Locale.ROOT);
    }
}
