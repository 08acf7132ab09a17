// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/** Finds the current partitions of topics. An operator can add partitions at any time. */
final class TopicPartitions {
    private TopicPartitions() {}

    /** Asks the broker, because a consumer caches a topic's partitions for minutes. */
    static Set<TopicPartition> of(Admin admin, List<String> topics) {
        try {
            return admin.describeTopics(topics).allTopicNames().get().values().stream()
                    .flatMap(topic -> topic.partitions().stream()
                            .map(partition -> new TopicPartition(topic.name(), partition.partition())))
                    .collect(Collectors.toSet());
        } catch (ExecutionException e) {
            throw new KafkaException("the partitions of " + topics + " are not available", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        }
    }
}
