// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.registry.EndOffsets;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.reactive.messaging.kafka.KafkaConsumerRebalanceListener;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Reports ready when every topic has been read up to the end offsets that it had when its partitions were assigned, and
 * the gateway knows which requests have ended. When partitions are assigned, their consumers continue after the last
 * record that was folded; partitions that are new to this process start at their {@link StartOffsets}.
 */
@Readiness
@Identifier("caught-up")
@ApplicationScoped
public class CaughtUp implements HealthCheck, KafkaConsumerRebalanceListener {
    static final List<String> CHANNELS =
            List.of("requests", "batch-requests", "control", "progress", "results", "adapters", "trainings", "workers");
    private static final Logger LOG = Logger.getLogger(CaughtUp.class);

    private final Function<String, Map<TopicPartition, Long>> positions;
    private final Starts starts;
    private final FoldedOffsets folded;
    private final UnfinishedRequests unfinished;
    private final EndOffsets ends = new EndOffsets();
    private final Set<String> caughtUp = ConcurrentHashMap.newKeySet();

    /** Finds the offsets at which to start in new partitions. */
    interface Starts {
        Map<TopicPartition, Long> of(Consumer<?, ?> consumer, Collection<TopicPartition> partitions);
    }

    @Inject
    CaughtUp(ReadPositions positions, StartOffsets starts, FoldedOffsets folded, UnfinishedRequests unfinished) {
        this(positions::of, starts::of, folded, unfinished);
    }

    /** @param positions function that returns the positions of a channel's assigned partitions */
    CaughtUp(
            Function<String, Map<TopicPartition, Long>> positions,
            Starts starts,
            FoldedOffsets folded,
            UnfinishedRequests unfinished) {
        this.positions = positions;
        this.starts = starts;
        this.folded = folded;
        this.unfinished = unfinished;
    }

    @Override
    public void onPartitionsAssigned(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        while (true) { // Kafka would not call again, and the gateway would never be ready
            try {
                Map<TopicPartition, Long> assignedEnds = consumer.endOffsets(partitions);
                seek(consumer, partitions);
                ends.replace(assignedEnds);
                caughtUp.clear();
                unfinished.unsettle();
                return;
            } catch (RetriableException e) {
                LOG.warnf("Cannot determine the start offsets of %s; retrying: %s", partitions, e.getMessage());
            }
        }
    }

    private void seek(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
        List<TopicPartition> fresh = new ArrayList<>();
        for (TopicPartition partition : partitions) {
            Long next = folded.of(partition);
            if (next == null) {
                fresh.add(partition);
            } else {
                consumer.seek(partition, next);
            }
        }
        starts.of(consumer, fresh).forEach((partition, start) -> {
            consumer.seek(partition, start);
            folded.startAt(partition, start);
        });
    }

    @Override
    public HealthCheckResponse call() {
        boolean everywhere = everywhere();
        return HealthCheckResponse.named("topics read")
                .status(everywhere && unfinished.areSettled())
                .withData("read", String.join(" ", caughtUp))
                .build();
    }

    /** @return whether every topic has been read up to the end offsets that it had when its partitions were assigned */
    boolean everywhere() {
        CHANNELS.stream()
                .filter(channel -> !caughtUp.contains(channel) && ends.areReached(positions.apply(channel)))
                .forEach(caughtUp::add);
        return caughtUp.containsAll(CHANNELS);
    }
}
