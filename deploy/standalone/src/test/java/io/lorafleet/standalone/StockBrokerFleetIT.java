package io.lorafleet.standalone;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

/**
 * The fleet on an outer cluster whose settings nobody has adapted to it. The broker that a fleet runs itself is kinder; the
 * tests of the page and of keys use it.
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
