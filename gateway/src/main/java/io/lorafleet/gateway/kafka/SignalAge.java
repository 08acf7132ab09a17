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

    private final Ends ends;
    private final Function<String, Map<TopicPartition, Long>> positions;
    private final Clock clock;
    private volatile Instant upToDate;
    private @Nullable Snapshot snapshot;

    /** Finds the ends of the topics. */
    interface Ends {
        Map<TopicPartition, Long> read() throws InterruptedException, ExecutionException, TimeoutException;
    }

    /** The ends of the topics at a point in time. */
    private record Snapshot(Instant at, EndOffsets ends) {}

    @Inject
    SignalAge(BrokerAdmin admin, ReadPositions positions, GatewayConfig config, Clock clock, MeterRegistry registry) {
        this(() -> TopicEnds.of(admin, topics(admin, config.topicPrefix().orElse(""))), positions::of, clock);
        TimeGauge.builder(
                        "lorafleet.signal.age",
                        this,
                        TimeUnit.MILLISECONDS,
                        signal -> signal.age().toMillis())
                .description("Age of the gateway's view of the backlog")
                .register(registry);
    }

    /** @param positions returns the positions of a channel's assigned partitions */
    SignalAge(Ends ends, Function<String, Map<TopicPartition, Long>> positions, Clock clock) {
        this.ends = ends;
        this.positions = positions;
        this.clock = clock;
        this.upToDate = clock.instant();
    }

    /** @return the names of the topics from which the backlog is computed, including the request topics of all pools */
    private static Set<String> topics(BrokerAdmin admin, String prefix)
            throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> topics =
                new HashSet<>(admin.call(client -> client.listTopics().names()));
        Set<String> events = Set.of(Topic.PROGRESS.in(prefix), Topic.RESULTS.in(prefix));
        topics.removeIf(
                topic -> !events.contains(topic) && Topic.poolOf(prefix, topic).isEmpty());
        return topics;
    }

    Duration age() {
        return Duration.between(upToDate, clock.instant());
    }

    /** Compares what the gateway has read with the ends of the topics. Call this every few seconds. */
    void check() throws InterruptedException {
        try {
            Snapshot compared = snapshot == null ? take() : snapshot;
            boolean read = CHANNELS.stream().allMatch(channel -> compared.ends().areReached(positions.apply(channel)));
            if (read) {
                upToDate = compared.at();
            }
            snapshot = read ? null : compared;
        } catch (ExecutionException | TimeoutException | RuntimeException e) { // the age shows it
            LOG.debugf(e, "Cannot compare this gateway's positions with the end offsets of the topics; retrying");
        }
    }

    private Snapshot take() throws InterruptedException, ExecutionException, TimeoutException {
        Instant now = clock.instant();
        EndOffsets current = new EndOffsets();
        current.add(ends.read());
        return new Snapshot(now, current);
    }
}
