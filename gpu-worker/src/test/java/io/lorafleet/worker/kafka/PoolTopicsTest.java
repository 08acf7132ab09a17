// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lorafleet.broker.EmbeddedBroker;
import io.lorafleet.broker.FleetTopics;
import io.lorafleet.broker.Ports;
import io.lorafleet.messages.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PoolTopicsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @Test
    void reportsMissingTopicsUntilTheyExist(@TempDir Path folder) throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder, Ports.free(), Ports.free())) {
            Map<String, Object> settings = Map.of("bootstrap.servers", broker.bootstrapServers());
            PoolTopics topics = new PoolTopics(
                    () -> Admin.create(settings),
                    "xl",
                    List.of(Topic.REQUESTS.in("", "xl"), Topic.BATCH_REQUESTS.in("", "xl")),
                    Duration.ofMillis(50));
            assertThat(topics.exist()).isFalse();
            Thread thread = new Thread(topics);
            thread.start();

            await("the topics are missing")
                    .atMost(TIMEOUT)
                    .until(() -> topics.objection().isPresent());
            assertThat(topics.exist()).isFalse();
            assertThat(topics.objection())
                    .contains("pool xl: expected the topics generation.requests-xl, generation.requests.batch-xl, found"
                            + " none that this worker can read; create them with 'fleet topics --pool xl'");

            try (Admin admin = Admin.create(settings)) {
                new FleetTopics("", Set.of("xl"), 1, 1, (short) 1).provision(admin);
            }
            await("the topics are found").atMost(TIMEOUT).until(topics::exist);
            assertThat(topics.objection()).isEmpty();
            thread.join(TIMEOUT.toMillis());
            assertThat(thread.isAlive()).isFalse();
        }
    }
}
