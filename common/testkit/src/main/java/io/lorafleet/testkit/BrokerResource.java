// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.testkit;

import io.lorafleet.broker.FleetTopics;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Starts a broker with the fleet's topics and creates an empty blob directory, for a {@code @QuarkusTest}. Both are
 * deleted afterward. A test that restarts the broker declares a field of type {@link TestBroker}.
 */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {
    private static final int PARTITIONS = 3;

    private @Nullable Path directory;
    private @Nullable TestBroker broker;

    @Override
    public Map<String, String> start() {
        try {
            directory = Files.createTempDirectory("lorafleet-test-");
            broker = new TestBroker(directory.resolve("kafka"));
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                new FleetTopics("", PARTITIONS, (short) 1).provision(admin);
            }
            return Map.of(
                    "kafka.bootstrap.servers",
                    broker.bootstrapServers(),
                    "lorafleet.storage.directory",
                    directory.resolve("blobs").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("cannot start the test broker", e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(broker, field -> field.getType() == TestBroker.class);
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.stop();
        }
        if (directory != null) {
            try {
                Utils.delete(directory.toFile());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
