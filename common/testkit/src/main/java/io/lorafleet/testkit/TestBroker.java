// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.testkit;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import java.io.IOException;
import java.nio.file.Path;

/** A broker that can be stopped and restarted with the same address and data. */
public final class TestBroker {
    private final Path directory;
    private final int port = Ports.free();
    private final int controllerPort = Ports.free();
    private EmbeddedBroker broker;

    TestBroker(Path directory) throws IOException {
        this.directory = directory;
        start();
    }

    public void start() throws IOException {
        broker = EmbeddedBroker.start(directory, port, controllerPort);
    }

    public void stop() {
        broker.close();
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }
}
