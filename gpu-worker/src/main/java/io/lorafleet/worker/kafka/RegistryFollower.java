// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.registry.EndOffsets;
import io.lorafleet.worker.adapter.AdapterCatalog;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Collection;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Reads the registry from the start of the topic and follows it. It is ready when it has read all records that existed
 * at startup.
 */
@Readiness
@Identifier("registry")
@ApplicationScoped
public class RegistryFollower implements HealthCheck, KafkaConsumerRebalanceListener {
    private static final Logger LOG = Logger.getLogger(RegistryFollower.class);

    private static final Duration POSITIONS_TIMEOUT = Duration.ofSeconds(2);

    private final AdapterCatalog catalog;
    private final KafkaClientService clients;
    private final EndOffsets ends = new EndOffsets();

    RegistryFollower(AdapterCatalog catalog, KafkaClientService clients) {
        this.catalog = catalog;
        this.clients = clients;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        ends.add(consumer.endOffsets(partitions));
    }

    @Incoming("adapters")
    void onRecord(ConsumerRecord<String, byte[]> record) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        try {
            AdapterEvent event = AdapterEvent.read(record);
            catalog.apply(event, ends.areReached(partition, record.offset()));
        } catch (InvalidMessageException e) {
            LOG.warnf(
                    "Skipped an invalid record in topic %s, partition %d, offset %d: %s",
                    record.topic(), record.partition(), record.offset(), e.getMessage());
        }
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("adapter registry read")
                .status(hasConverged())
                .withData("versions", catalog.size())
                .build();
    }

    private boolean hasConverged() {
        return ends.areReached(
                clients.getConsumer("adapters").getPositions().await().atMost(POSITIONS_TIMEOUT));
    }
}
