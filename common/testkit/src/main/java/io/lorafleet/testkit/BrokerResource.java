package io.lorafleet.testkit;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;

/**
 * A real broker with the fleet's topics, and a fresh blob directory, for a {@code @QuarkusTest}. A test that is to stop
 * it has a field of the type {@link EmbeddedBroker}, and a profile of its own.
 */
public final class BrokerResource implements QuarkusTestResourceLifecycleManager {
    private @Nullable EmbeddedBroker broker;

    @Override
    public Map<String, String> start() {
        try {
            Path directory = Files.createTempDirectory("lorafleet-test-");
            broker = EmbeddedBroker.start(directory.resolve("kafka"), Ports.free(), Ports.free());
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
                new FleetTopics("", 1, (short) 1).provision(admin);
            }
            return Map.of(
                    "kafka.bootstrap.servers",
                    broker.bootstrapServers(),
                    "lorafleet.storage.directory",
                    directory.resolve("blobs").toString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (Exception e) {
            throw new IllegalStateException("the test's broker did not start", e);
        }
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(broker, field -> field.getType() == EmbeddedBroker.class);
    }

    @Override
    public void stop() {
        if (broker != null) {
            broker.close();
        }
    }
}
