// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.security.plain.PlainLoginModule;

/**
 * The password of an embedded broker, whose only user has all permissions. The password is sent unencrypted over the
 * loopback interface, where only root can capture it, and becomes invalid when the broker stops.
 */
record BrokerPassword(String value) {
    private static final int BYTES = 32;
    private static final String PROTOCOL = "SASL_PLAINTEXT";
    private static final String MECHANISM = "PLAIN";
    private static final String USER = "fleet";

    /** @return a new random password */
    static BrokerPassword random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new BrokerPassword(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    Map<String, String> clientSettings() {
        return Map.of("security.protocol", PROTOCOL, "sasl.mechanism", MECHANISM, "sasl.jaas.config", jaas(""));
    }

    /**
     * Broker settings. The password also protects the controller's listener, because the controller accepts changes to
     * the cluster.
     */
    Map<String, String> brokerSettings() {
        String jaas = jaas(" user_" + USER + "=\"" + value + "\"");
        return Map.of(
                "listener.security.protocol.map",
                EmbeddedBroker.LISTENER + ":" + PROTOCOL + "," + EmbeddedBroker.CONTROLLER + ":" + PROTOCOL,
                "sasl.enabled.mechanisms",
                MECHANISM,
                "sasl.mechanism.inter.broker.protocol",
                MECHANISM,
                "sasl.mechanism.controller.protocol",
                MECHANISM,
                jaasKey(EmbeddedBroker.LISTENER),
                jaas,
                jaasKey(EmbeddedBroker.CONTROLLER),
                jaas);
    }

    private static String jaasKey(String listener) {
        return "listener.name." + listener.toLowerCase(Locale.ROOT) + ".plain.sasl.jaas.config";
    }

    private String jaas(String more) {
        return PlainLoginModule.class.getName() + " required username=\"" + USER + "\" password=\"" + value + "\""
                + more + ";";
    }

    @Override
    public String toString() {
        return "BrokerPassword";
    }
}
