// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** How far this gateway has read each topic. */
@Singleton
final class ReadPositions {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final KafkaClientService clients;

    ReadPositions(KafkaClientService clients) {
        this.clients = clients;
    }

    /**
     * @return the offset of the next record to read, for each partition that is assigned to the channel's consumer
     * @throws io.smallrye.mutiny.TimeoutException if the consumer does not respond in time
     */
    Map<TopicPartition, Long> of(String channel) {
        return clients.getConsumer(channel).getPositions().await().atMost(TIMEOUT);
    }
}
