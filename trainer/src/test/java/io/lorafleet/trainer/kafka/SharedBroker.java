// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One broker for all tests. Each test has its own topics. The broker stops after the last test. */
final class SharedBroker implements BeforeAllCallback {
    private static final ExtensionContext.Namespace HERE = ExtensionContext.Namespace.create(SharedBroker.class);

    private EmbeddedBroker broker;

    EmbeddedBroker broker() {
        return broker;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        broker = context.getRoot()
                .getStore(HERE)
                .computeIfAbsent(Running.class, key -> Running.start(), Running.class)
                .broker;
    }

    private record Running(Path directory, EmbeddedBroker broker) implements AutoCloseable {
        static Running start() {
            try {
                Path directory = Files.createTempDirectory("lorafleet-test-");
                // The default interval for aborting expired transactions is ten seconds.
                Map<String, String> settings =
                        Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "200");
                return new Running(directory, EmbeddedBroker.start(directory, Ports.free(), Ports.free(), settings));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            broker.close();
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }
}
