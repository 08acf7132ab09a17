// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.registry.EndOffsets;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaClientService;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Reports ready when every topic has been read up to the end offsets that it had when its partitions were assigned. */
@Readiness
@Identifier("caught-up")
@ApplicationScoped
public class CaughtUp implements HealthCheck, KafkaConsumerRebalanceListener {
    static final List<String> CHANNELS =
            List.of("requests", "batch-requests", "control", "progress", "results", "adapters", "trainings", "workers");
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    private final Function<String, Map<TopicPartition, Long>> positions;
    private final EndOffsets ends = new EndOffsets();
    private final Set<String> caughtUp = ConcurrentHashMap.newKeySet();

    @Inject
    CaughtUp(KafkaClientService clients) {
        this(channel -> clients.getConsumer(channel).getPositions().await().atMost(TIMEOUT));
    }

    /** @param positions function that returns the positions of a channel's assigned partitions */
    CaughtUp(Function<String, Map<TopicPartition, Long>> positions) {
        this.positions = positions;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        ends.add(consumer.endOffsets(partitions));
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("topics read from their start")
                .status(everywhere())
                .withData("read", String.join(" ", caughtUp))
                .build();
    }

    /** @return whether every topic has been read up to these end offsets */
    boolean everywhere() {
        CHANNELS.stream()
                .filter(channel -> !caughtUp.contains(channel) && ends.areReached(positions.apply(channel)))
                .forEach(caughtUp::add);
        return caughtUp.containsAll(CHANNELS);
    }
}
