// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationLog;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.messages.Topic;
import io.lorafleet.messages.generation.GenerateImage;
import jakarta.inject.Singleton;
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
 * Publishes again what Kafka dropped: a share group gives a record up, and tells nobody, after a number of deliveries.
 * Deliveries are not attempts: the slots of a killed worker have fetches at the broker, and until it sees that they
 * are gone it may hand the record to one after the other.
 *
 * <p>Workers reply before they acknowledge, so a request that the group has done with, and that has no result, was
 * dropped. Workers count their attempts, so a request that kills them does not go round for ever. Several gateways may
 * publish it again, each once; the first result stands.
 */
@Singleton
final class DroppedRequests {
    private static final Logger LOG = Logger.getLogger(DroppedRequests.class);
    /** The patience doubles with every copy, up to this many times: six seconds become three minutes. */
    private static final int MOST_DOUBLINGS = 5;

    private final GenerationTable generations;
    private final GenerationLog log;
    private final CaughtUp caughtUp;
    private final Clock clock;
    private final Duration patience;
    /** By request id; of requests that were not finished when last looked at. */
    private final Map<String, Place> places = new ConcurrentHashMap<>();

    /**
     * Where a request stands.
     *
     * @param offset of its newest copy
     * @param droppedSince when it was first seen to be dropped; null if it is not
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
            GenerationTable generations,
            GenerationLog log,
            @Readiness CaughtUp caughtUp,
            Clock clock,
            GatewayConfig config) {
        this.generations = generations;
        this.log = log;
        this.caughtUp = caughtUp;
        this.clock = clock;
        this.patience = config.gateway().droppedRequestPatience();
    }

    /** A copy of a request was read. */
    void read(ConsumerRecord<String, byte[]> record, GenerateImage command) {
        TopicPartition partition = new TopicPartition(record.topic(), record.partition());
        places.compute(
                command.requestId(),
                (id, before) -> new Place(partition, record.offset(), before == null ? 1 : before.copies() + 1, null));
    }

    /** @param group how far the workers' group has come */
    void look(Map<TopicPartition, SharePartitionOffsetInfo> group) {
        if (!caughtUp.everywhere()) {
            return; // results may be unread
        }
        Instant now = clock.instant();
        places.forEach((id, place) -> {
            Generation generation = generations.find(id).orElse(null);
            if (generation == null || generation.request() == null || generation.isFinished()) {
                places.remove(id, place);
            } else if (!hasDoneWith(place, group.get(place.partition()))) {
                places.replace(id, place, place.dropped(null));
            } else if (place.droppedSince() == null) {
                places.replace(id, place, place.dropped(now));
            } else if (place.droppedSince().plus(patience(place.copies())).isBefore(now)) {
                end(generation.request(), place, now);
            }
        });
    }

    private Duration patience(int copies) {
        return patience.multipliedBy(1L << Math.min(copies - 1, MOST_DOUBLINGS));
    }

    private static boolean hasDoneWith(Place place, @Nullable SharePartitionOffsetInfo group) {
        return group != null
                && (place.offset() < group.startOffset() || group.lag().orElse(-1L) == 0);
    }

    private void end(GenerateImage command, Place place, Instant now) {
        String id = command.requestId();
        try {
            if (command.acceptedAt().plus(Topic.RESULTS.retention()).isBefore(now)) {
                generations.forget(id); // Kafka has deleted its result before it
            } else {
                LOG.warnf("Kafka dropped request %s: publishing it again", id);
                log.write(command);
            }
            places.replace(id, place, place.dropped(null)); // unless the new copy has been read meanwhile
        } catch (NotPublishedException e) {
            LOG.warn(e.getMessage()); // the next look comes soon
        }
    }
}
