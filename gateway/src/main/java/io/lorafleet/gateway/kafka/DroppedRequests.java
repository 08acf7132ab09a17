// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationLog;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.messages.generation.GenerateImage;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Republishes requests that Kafka has dropped. A share group silently archives a record after a certain number of
 * deliveries. Not every delivery is an attempt: the slots of a killed worker still have pending fetches, and until the
 * broker notices that the slots are gone, it can deliver the record to one slot after another.
 *
 * <p>Workers store the manifest and publish the result before they acknowledge the request. If the share group has
 * completed a request that has neither, the request was therefore dropped. Workers count their attempts, so a request that crashes workers is
 * not retried forever. Several gateways may republish the same request, each of them once; the first result is final.
 */
@Singleton
final class DroppedRequests {
    private static final Logger LOG = Logger.getLogger(DroppedRequests.class);
    /** The timeout doubles with every copy, at most this many times: by default, from 6 seconds to about 3 minutes. */
    private static final int MOST_DOUBLINGS = 5;

    private final GenerationTable table;
    private final Generations generations;
    private final GenerationLog log;
    private final CaughtUp caughtUp;
    private final Clock clock;
    private final Duration timeout;
    /** The latest copy of each request that was unfinished at the last check, by request id. */
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /**
     * The latest copy of a request.
     *
     * @param partition partition of the latest copy
     * @param offset offset of the latest copy
     * @param copies number of copies
     * @param droppedSince time of the first check that found the copy to be dropped; null if it is not dropped
     */
    private record Place(
            TopicPartition partition,
            long offset,
            int copies,
            @Nullable Instant droppedSince) {
        Place dropped(@Nullable Instant since) {
            return new Place(partition, offset, copies, since);
        }
    }

    DroppedRequests(
            GenerationTable table,
            Generations generations,
            GenerationLog log,
            @Readiness CaughtUp caughtUp,
            Clock clock,
            GatewayConfig config) {
        this.table = table;
        this.generations = generations;
        this.log = log;
        this.caughtUp = caughtUp;
        this.clock = clock;
        this.timeout = config.gateway().droppedRequestTimeout();
    }

    /** Records a copy of a request. */
    void read(ConsumerRecord<String, byte[]> record, GenerateImage command) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        places.compute(
                command.requestId(),
                (id, before) -> new Place(partition, record.offset(), before == null ? 1 : before.copies() + 1, null));
    }

    /** @param group offsets of the workers' share group by partition */
    void check(Map<TopicPartition, SharePartitionOffsetInfo> group) {
        if (!caughtUp.everywhere()) {
            return; // the results may not have been read yet
        }
        Instant now = clock.instant();
        places.forEach((id, place) -> {
            Generation generation = table.find(id).orElse(null);
            if (generation == null || generation.request() == null || generation.isFinished()) {
                places.remove(id, place);
            } else if (!isCompleted(place, group.get(place.partition()))) {
                places.replace(id, place, place.dropped(null));
            } else if (place.droppedSince() == null) {
                places.replace(id, place, place.dropped(now));
            } else if (place.droppedSince().plus(timeout(place.copies())).isBefore(now)) {
                end(generation.request(), place);
            }
        });
    }

    private Duration timeout(int copies) {
        return timeout.multipliedBy(1L << Math.min(copies - 1, MOST_DOUBLINGS));
    }

    private static boolean isCompleted(Place place, @Nullable SharePartitionOffsetInfo group) {
        return group != null
                && (place.offset() < group.startOffset() || group.lag().orElse(-1L) == 0);
    }

    private void end(GenerateImage command, Place place) {
        String id = command.requestId();
        try {
            // Kafka may have deleted the result but not the request.
            if (!generations.recall(id)) {
                LOG.warnf("Kafka dropped request %s; publishing it again", id);
                log.write(command);
            }
            places.replace(id, place, place.dropped(null)); // no effect if the new copy has already been read
        } catch (NotPublishedException e) {
            LOG.warn(e.getMessage()); // the next check retries
        } catch (UncheckedIOException e) {
            LOG.warnf("Cannot read the manifest of request %s: %s", id, e.getMessage()); // the next check retries
        }
    }
}
