// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.broker.Ports;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.common.utils.Utils;

/**
 * The environment of a gateway under test, apart from the broker: a directory for adapters, and an address for a
 * webhook receiver.
 */
public final class NeighboursResource implements QuarkusTestResourceLifecycleManager {
    /** The setting for the address at which a test may open a receiver. */
    static final String RECEIVER = "lorafleet.webhooks.trusted-origins";

    static final String ADAPTERS = "lorafleet.gateway.adapter-directory";

    private Path adapters;

    @Override
    public Map<String, String> start() {
        try {
            adapters = Files.createTempDirectory("lorafleet-adapters-");
            return Map.of(RECEIVER, "http://127.0.0.1:" + Ports.free(), ADAPTERS, adapters.toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {
        if (adapters != null) {
            try {
                Utils.delete(adapters.toFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
