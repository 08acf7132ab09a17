// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.broker;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import org.apache.kafka.common.security.plain.PlainLoginModule;

/**
 * The password of an embedded broker: one user, who may do everything. It goes over the loopback interface in the clear,
 * where only root can listen, and is worth nothing once the broker has stopped.
 */
record BrokerPassword(String value) {
    private static final int BYTES = 32;
    private static final String PROTOCOL = "SASL_PLAINTEXT";
    private static final String MECHANISM = "PLAIN";
    private static final String USER = "fleet";

    /** @return a new one, drawn at random */
    static BrokerPassword draw() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new BrokerPassword(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    Map<String, String> clientSettings() {
        return Map.of("security.protocol", PROTOCOL, "sasl.mechanism", MECHANISM, "sasl.jaas.config", jaas(""));
    }

    /** The controller's listener, too: whoever talks to it can change everything. */
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
