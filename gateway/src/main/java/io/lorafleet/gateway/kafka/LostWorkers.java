// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.model.ModelDirectory;
import io.lorafleet.messages.Topic;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Deletes the records of workers that have been lost for a long time. A worker that stops deletes its own record, but a
 * killed one does not, and in a cluster, its replacement has a different id.
 *
 * <p>The gateway first reads every status that is on the topic, so that it deletes no record of a worker that has
 * returned. If a worker returns in the meantime, its next status, which follows within {@link
 * io.lorafleet.messages.worker.WorkerStatus#INTERVAL}, adds the record again. Several gateways may delete the same
 * record.
 */
@Singleton
final class LostWorkers {
    private static final Logger LOG = Logger.getLogger(LostWorkers.class);
    private static final Duration PAUSE = Duration.ofMinutes(10);

    private final ModelDirectory models;
    private final EndOffsets endOffsets;
    private final Function<TopicPartition, @Nullable Long> folded;
    private final Consumer<String> deletion;
    private final Clock clock;
    private final Duration forgetAfter;
    private Instant next = Instant.MIN;
    /**
     * The end offsets up to which this gateway must read before it deletes records; empty if the offsets are not known.
     */
    private Map<TopicPartition, Long> ends = Map.of();

    /** Finds the end offsets of the workers' statuses. */
    interface EndOffsets {
        Map<TopicPartition, Long> read() throws InterruptedException, ExecutionException, TimeoutException;
    }

    @Inject
    LostWorkers(
            ModelDirectory models,
            BrokerAdmin admin,
            FoldedOffsets folded,
            KafkaLogs logs,
            Clock clock,
            GatewayConfig config) {
        this(
                models,
                () -> TopicEnds.of(
                        admin, List.of(Topic.WORKERS.in(config.topicPrefix().orElse("")))),
                folded::of,
                logs::deleteStatus,
                clock,
                config.gateway().forgetLostWorkersAfter());
    }

    /**
     * @param folded returns the offset up to which this gateway has read a partition
     * @param deletion deletes the record of a worker
     * @param forgetAfter how long a worker must have been lost before its record is deleted
     */
    LostWorkers(
            ModelDirectory models,
            EndOffsets endOffsets,
            Function<TopicPartition, @Nullable Long> folded,
            Consumer<String> deletion,
            Clock clock,
            Duration forgetAfter) {
        this.models = models;
        this.endOffsets = endOffsets;
        this.folded = folded;
        this.deletion = deletion;
        this.clock = clock;
        this.forgetAfter = forgetAfter;
    }

    /** Deletes the records of lost workers, at most once every ten minutes. Call this every few seconds. */
    void check() throws InterruptedException {
        Instant now = clock.instant();
        if (now.isBefore(next)) {
            return;
        }
        try {
            if (ends.isEmpty()) {
                ends = endOffsets.read();
            }
            if (!ends.isEmpty() && ends.entrySet().stream().allMatch(this::isRead)) {
                ends = Map.of();
                next = now.plus(PAUSE);
                models.lostBefore(now.minus(forgetAfter)).forEach(this::delete);
            }
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(e, "Cannot read the end offsets of the topic workers; retrying");
        }
    }

    private boolean isRead(Map.Entry<TopicPartition, Long> end) {
        Long offset = folded.apply(end.getKey());
        return end.getValue() == 0 || (offset != null && offset >= end.getValue());
    }

    private void delete(String workerId) {
        try {
            LOG.infof("Deleting the status of worker %s, which has been lost for more than %s", workerId, forgetAfter);
            deletion.accept(workerId);
        } catch (NotPublishedException e) {
            LOG.warnf("Cannot delete the status of worker %s: %s", workerId, e.getMessage()); // the next check retries
        }
    }
}
