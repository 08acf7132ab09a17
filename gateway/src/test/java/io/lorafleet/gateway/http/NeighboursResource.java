package io.lorafleet.gateway.http;

import io.lorafleet.broker.Ports;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Map;

/** What a gateway under test has around it beside the broker: a directory of adapters, and a receiver of webhooks. */
public final class NeighboursResource implements QuarkusTestResourceLifecycleManager {
    /** Of the address where a test may open a receiver. */
    static final String RECEIVER = "lorafleet.webhooks.trusted-origins";

    static final String ADAPTERS = "lorafleet.gateway.adapter-directory";

    @Override
    public Map<String, String> start() {
        try {
            return Map.of(
                    RECEIVER,
                    "http://127.0.0.1:" + Ports.free(),
                    ADAPTERS,
                    Files.createTempDirectory("lorafleet-adapters-").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void stop() {}
}
