// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.Topic;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The low-water mark of each partition of the request topics: the offset before which every request has ended. All
 * gateways share the marks, which are the committed offsets of a consumer group without members. A gateway that starts
 * need not read the requests before the marks. Unlike the start offsets of the workers' share group, the marks do not
 * skip requests that Kafka dropped while no gateway was running.
 */
@Singleton
final class LowWaterMarks {
    private static final Logger LOG = Logger.getLogger(LowWaterMarks.class);

    private final BrokerAdmin admin;
    private final String group;

    LowWaterMarks(BrokerAdmin admin, GatewayConfig config) {
        this.admin = admin;
        this.group = config.topicPrefix().orElse("") + Topic.LOW_WATER_MARKS;
    }

    /** @return the marks; partitions without a mark are absent */
    Map<TopicPartition, Long> read() throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> marks = new HashMap<>();
        admin.call(client -> client.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata())
                .forEach((partition, mark) -> {
                    if (mark != null) {
                        marks.put(partition, mark.offset());
                    }
                });
        return marks;
    }

    /**
     * Raises the marks that are lower than the given ones. If two gateways raise marks at the same time, a mark may be
     * lowered instead; in that case, a gateway that starts reads a few more records.
     */
    void raise(Map<TopicPartition, Long> marks) throws InterruptedException {
        try {
            Map<TopicPartition, Long> before = read();
            Map<TopicPartition, OffsetAndMetadata> higher = new HashMap<>();
            marks.forEach((partition, mark) -> {
                if (mark > before.getOrDefault(partition, -1L)) {
                    higher.put(partition, new OffsetAndMetadata(mark));
                }
            });
            if (!higher.isEmpty()) {
                admin.call(client ->
                        client.alterConsumerGroupOffsets(group, higher).all());
            }
        } catch (ExecutionException | TimeoutException e) {
            LOG.debugf(e, "Cannot raise the low-water marks in group %s; retrying", group);
        }
    }
}
