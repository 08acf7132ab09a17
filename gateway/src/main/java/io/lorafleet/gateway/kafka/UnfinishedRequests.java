// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.messages.RequestIds;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The positions of the unfinished requests in Kafka. A request is identified by its record's key, so requests and
 * results that only newer gateways can read count, too. Thread-safe.
 */
@Singleton
final class UnfinishedRequests {
    private final FoldedOffsets folded;
    private final LongPredicate mayLackResult;
    private final Map<String, Place> places = new ConcurrentHashMap<>();
    private final AtomicLong round = new AtomicLong();
    private volatile long settled = -1;

    /**
     * The latest copy of a request.
     *
     * @param partition partition of the latest copy
     * @param offset offset of the latest copy
     * @param copies number of copies
     * @param unsure whether the request's result may be among the results that the gateway has not read
     * @param droppedSince time of the first check that found that Kafka had dropped the copy; null if the copy has not
     *     been dropped
     */
    record Place(
            TopicPartition partition,
            long offset,
            int copies,
            boolean unsure,
            @Nullable Instant droppedSince) {

        /** @return the same place, after the gateway has looked for the request's manifest without finding it */
        Place unfinished(@Nullable Instant droppedSince) {
            return new Place(partition, offset, copies, false, droppedSince);
        }

        private Place before(Place next) {
            return next.partition.equals(partition) && next.offset <= offset
                    ? this // the same record again
                    : new Place(next.partition, next.offset, copies + 1, next.unsure, null);
        }
    }

    @Inject
    UnfinishedRequests(FoldedOffsets folded, StartOffsets starts) {
        this(folded, starts::mayLackResult);
    }

    /** @param mayLackResult returns whether the result of a request with this timestamp may not have been read */
    UnfinishedRequests(FoldedOffsets folded, LongPredicate mayLackResult) {
        this.folded = folded;
        this.mayLackResult = mayLackResult;
    }

    /** Records a copy of a request that has no result yet. */
    void requested(ConsumerRecord<String, byte[]> record) {
        if (RequestIds.valid(record.key())) { // otherwise, workers publish no result
            TopicPartition partition = new TopicPartition(record.topic(), record.partition());
            boolean unsure = mayLackResult.test(record.timestamp());
            places.merge(record.key(), new Place(partition, record.offset(), 1, unsure, null), Place::before);
        }
    }

    /** Forgets a request that has a result. */
    void finished(@Nullable String id) {
        if (id != null) {
            places.remove(id);
        }
    }

    Map<String, Place> places() {
        return places;
    }

    void replace(String id, Place before, Place after) {
        places.replace(id, before, after);
    }

    /** @return the number of the current round of checks */
    long round() {
        return round.get();
    }

    /** Ends a round: every request that the workers have completed has been looked up in the blob store. */
    void settled(long endedRound) {
        settled = endedRound;
    }

    /** Starts a new round, because the gateway must catch up on newly assigned partitions. */
    void unsettle() {
        round.incrementAndGet();
    }

    /** @return whether the gateway knows all requests that had ended before the gateway caught up */
    boolean areSettled() {
        return settled == round.get();
    }

    /** @return for each partition of the request topics, the offset before which every request has ended */
    Map<TopicPartition, Long> lowWaterMarks() {
        Map<TopicPartition, Long> marks = new HashMap<>(folded.ofRequests()); // first: a place can be added after this
        places.values()
                .forEach(place ->
                        marks.computeIfPresent(place.partition(), (partition, mark) -> Math.min(mark, place.offset())));
        return marks;
    }
}
