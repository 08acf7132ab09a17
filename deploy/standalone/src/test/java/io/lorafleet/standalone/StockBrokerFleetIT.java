// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * A fleet on an external cluster with Kafka's default settings. The embedded broker allows more deliveries; the tests
 * of the page and of API keys use it.
 */
class StockBrokerFleetIT extends FleetContract {
    @TempDir
    private static Path folder;

    private StockBroker broker;

    @Override
    String startBroker() throws IOException, InterruptedException {
        broker = StockBroker.start(folder);
        return broker.bootstrapServers();
    }

    @Override
    void stopBroker() {
        broker.close();
    }
}
