// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** Reads the ends of topics. */
final class TopicEnds {
    private TopicEnds() {}

    /** @return the offset after the last record of each partition */
    static Map<TopicPartition, Long> of(BrokerAdmin admin, Collection<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        admin.call(client -> client.describeTopics(topics).allTopicNames())
                .forEach((topic, description) -> description
                        .partitions()
                        .forEach(each -> latest.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest())));
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.call(client -> client.listOffsets(latest).all())
                .forEach((partition, found) -> ends.put(partition, found.offset()));
        return ends;
    }
}
