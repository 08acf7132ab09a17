// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.Topic;
import io.lorafleet.registry.EndOffsets;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The age of this gateway's knowledge of the backlog: the gateway has read every request, progress event and result
 * that is older than this age. An autoscaler must not use the backlog of a gateway that has lost its connection to the
 * broker.
 */
@Singleton
final class SignalAge {
    private static final Logger LOG = Logger.getLogger(SignalAge.class);
    private static final List<String> CHANNELS = List.of("requests", "batch-requests", "progress", "results");

    private final Set<String> eventTopics;
    private final Ends ends;
    private final Function<String, Map<TopicPartition, Long>> positions;
    private final Clock clock;
    private volatile Instant upToDate;
    private @Nullable Snapshot snapshot;

    /** Finds the ends of the topics. */
    interface Ends {
        Map<TopicPartition, Long> of(Set<String> topics)
                throws InterruptedException, ExecutionException, TimeoutException;
    }

    /** The ends of the topics at a point in time. */
    private record Snapshot(Instant at, EndOffsets ends) {}

    @Inject
    SignalAge(BrokerAdmin admin, ReadPositions positions, GatewayConfig config, Clock clock, MeterRegistry registry) {
        this(config.topicPrefix().orElse(""), topics -> TopicEnds.of(admin, topics), positions::of, clock);
        TimeGauge.builder(
                        "lorafleet.signal.age",
                        this,
                        TimeUnit.MILLISECONDS,
                        signal -> signal.age().toMillis())
                .description("Age of the gateway's view of the backlog")
                .register(registry);
    }

    /** @param positions returns the positions of a channel's assigned partitions */
    SignalAge(String topicPrefix, Ends ends, Function<String, Map<TopicPartition, Long>> positions, Clock clock) {
        this.eventTopics = Set.of(Topic.PROGRESS.in(topicPrefix), Topic.RESULTS.in(topicPrefix));
        this.ends = ends;
        this.positions = positions;
        this.clock = clock;
        this.upToDate = clock.instant();
    }

    Duration age() {
        return Duration.between(upToDate, clock.instant());
    }

    /**
     * Compares what the gateway has read with the ends of the topics. Call this every few seconds.
     *
     * @param requestTopics the request topics of all pools
     */
    void check(Set<String> requestTopics) throws InterruptedException {
        try {
            Snapshot compared = snapshot == null ? take(requestTopics) : snapshot;
            boolean read = CHANNELS.stream().allMatch(channel -> compared.ends().areReached(positions.apply(channel)));
            if (read) {
                upToDate = compared.at();
            }
            snapshot = read ? null : compared;
        } catch (ExecutionException | TimeoutException | RuntimeException e) { // the age shows it
            LOG.debugf(e, "Cannot compare this gateway's positions with the end offsets of the topics; retrying");
        }
    }

    private Snapshot take(Set<String> requestTopics) throws InterruptedException, ExecutionException, TimeoutException {
        Instant now = clock.instant();
        Set<String> topics = new HashSet<>(requestTopics);
        topics.addAll(eventTopics);
        EndOffsets current = new EndOffsets();
        current.add(ends.of(topics));
        return new Snapshot(now, current);
    }
}
