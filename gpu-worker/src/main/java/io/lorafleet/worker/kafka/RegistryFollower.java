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
 * Reads the registry from its start, and goes on with it: every worker, new or restarted, comes to the same. Ready when
 * it has read what was there when it began.
 */
@Readiness
@Identifier("registry")
@ApplicationScoped
public class RegistryFollower implements HealthCheck, KafkaConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(RegistryFollower.class);

    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final AdapterCatalog catalog;
    private final KafkaClientService clients;
    /** Where each partition ended when it was assigned. */
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
    void hear(ConsumerRecord<String, byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        boolean isNew = record.offset() >= ends.getOrDefault(partition, Long.MAX_VALUE);
        // A key without @ is a route's, which only gateways need: they pin every request to a version.
        if (record.value() != null && record.key() != null && record.key().contains("@")) {
            try {
                catalog.apply(Json.read(record.value(), AdapterVersion.class), isNew);
            } catch (InvalidMessageException e) {
                LOG.warnf("a record on the adapters topic is passed over: %s", e.getMessage());
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

    /** By position, not by the last record seen: what the topic ends with may be no record but a transaction's marker. */
    private boolean hasConverged() {
        Map<TopicPartition, Long> positions =
                clients.getConsumer("adapters").getPositions().await().atMost(PATIENCE);
        return !positions.isEmpty()
                && positions.entrySet().stream()
                        .allMatch(each -> each.getValue() >= ends.getOrDefault(each.getKey(), Long.MAX_VALUE));
    }
}
