// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.adapter.AdapterVersion;
import io.lorafleet.worker.adapter.AdapterCatalog;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Reads the registry from the start of the topic and follows it. Ready when it has read the records that existed at
 * startup.
 */
@Readiness
@Identifier("registry")
@ApplicationScoped
public class RegistryFollower implements HealthCheck, KafkaConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(RegistryFollower.class);

    private static final Duration POSITIONS_TIMEOUT = Duration.ofSeconds(2);

    private final AdapterCatalog catalog;
    private final KafkaClientService clients;
    /** End offset of each partition at its assignment. */
    private final Map<TopicPartition, Long> ends = new ConcurrentHashMap<>();

    RegistryFollower(AdapterCatalog catalog, KafkaClientService clients) {
        this.catalog = catalog;
        this.clients = clients;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        consumer.endOffsets(partitions).forEach(ends::putIfAbsent);
    }

    @Incoming("adapters")
    void onRecord(ConsumerRecord<String, byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        boolean isNew = record.offset() >= ends.getOrDefault(partition, Long.MAX_VALUE);
        // A key without @ belongs to a route. Only gateways need routes, because they pin each request to a version.
        if (record.value() != null && record.key() != null && record.key().contains("@")) {
            try {
                catalog.apply(Json.read(record.value(), AdapterVersion.class), isNew);
            } catch (InvalidMessageException e) {
                LOG.warnf("skipped a record of the adapters topic: %s", e.getMessage());
            }
        }
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("has read the adapter registry")
                .status(hasConverged())
                .withData("versions", catalog.size())
                .build();
    }

    /**
     * Compares positions instead of looking for the last record, because the topic may end with a transaction marker.
     */
    private boolean hasConverged() {
        Map<TopicPartition, Long> positions =
                clients.getConsumer("adapters").getPositions().await().atMost(POSITIONS_TIMEOUT);
        return !positions.isEmpty()
                && positions.entrySet().stream()
                        .allMatch(each -> each.getValue() >= ends.getOrDefault(each.getKey(), Long.MAX_VALUE));
    }
}
