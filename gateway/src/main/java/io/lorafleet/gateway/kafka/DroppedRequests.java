// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.kafka.UnfinishedRequests.Place;
import io.lorafleet.telemetry.RequestLog;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds the outcomes of requests whose results the gateway has not read, and republishes requests that Kafka has
 * dropped. A share group silently archives a record after a certain number of deliveries. Not every delivery is an
 * attempt: the slots of a killed worker still have pending fetches, and until the broker notices that the slots are
 * gone, it can deliver the record to one slot after another.
 *
 * <p>Workers store the manifest and publish the result before they acknowledge the request. If the share group has
 * completed a request that has neither a manifest nor a result, the request was therefore dropped. Workers count their
 * attempts, so a request that crashes workers is not retried forever. Several gateways may republish the same request,
 * each of them once; the first result is final.
 */
@Singleton
final class DroppedRequests {
    private static final Logger LOG = Logger.getLogger(DroppedRequests.class);
    /** The timeout doubles with each copy, at most this many times: by default, from 6 seconds to about 3 minutes. */
    private static final int MOST_DOUBLINGS = 5;
    /**
     * Maximum number of lookups per check; without this limit, a slow blob store could delay the next check by minutes.
     */
    private static final int MOST_LOOKUPS = 10_000;

    private final UnfinishedRequests requests;
    private final Generations generations;
    private final Copies copies;
    private final BooleanSupplier caughtUp;
    private final Clock clock;
    private final Duration timeout;

    /** Reads requests again. */
    interface Copies {
        /** Publishes a request again. */
        void publish(String id, Place place);

        /** Applies requests to the generation table, unless the table already has them. */
        void recall(Map<String, Place> places);
    }

    @Inject
    DroppedRequests(
            UnfinishedRequests requests,
            Generations generations,
            RequestCopies copies,
            @Readiness CaughtUp caughtUp,
            Clock clock,
            GatewayConfig config) {
        this(
                requests,
                generations,
                copies,
                caughtUp::everywhere,
                clock,
                config.gateway().droppedRequestTimeout());
    }

    /**
     * @param caughtUp whether this gateway has read all requests and results
     * @param timeout how long to wait for the result of a request that the share group has completed
     */
    DroppedRequests(
            UnfinishedRequests requests,
            Generations generations,
            Copies copies,
            BooleanSupplier caughtUp,
            Clock clock,
            Duration timeout) {
        this.requests = requests;
        this.generations = generations;
        this.copies = copies;
        this.caughtUp = caughtUp;
        this.clock = clock;
        this.timeout = timeout;
    }

    /**
     * Checks all unfinished requests, if the gateway has caught up.
     *
     * @param group offsets of the workers' share group by partition
     */
    void check(Map<TopicPartition, SharePartitionOffsetInfo> group) {
        long round = requests.round();
        if (!caughtUp.getAsBoolean()) {
            return; // the results may not have been read yet
        }
        Check check = new Check(clock.instant());
        requests.places().forEach((id, place) -> {
            RequestLog log = RequestLog.of(id);
            try (log) {
                check(check, id, place, isCompleted(place, group.get(place.partition())));
            }
        });
        if (check.complete && !requests.areSettled()) {
            // The table may have forgotten unfinished requests to make room for finished ones that were not yet
            // recognized as finished.
            copies.recall(Map.copyOf(requests.places()));
            requests.settled(round);
            generations.caughtUp();
        }
    }

    private void check(Check check, String id, Place place, boolean completed) {
        Instant since = place.droppedSince();
        if (place.unsure() || (completed && since == null)) {
            check.lookUp(id, place, completed);
        } else if (!completed && since != null) {
            requests.replace(id, place, place.unfinished(null));
        } else if (since != null && since.plus(timeout(place.copies())).isBefore(check.now)) {
            check.republish(id, place);
        }
    }

    private Duration timeout(int copies) {
        return timeout.multipliedBy(1L << Math.min(copies - 1, MOST_DOUBLINGS));
    }

    private static boolean isCompleted(Place place, @Nullable SharePartitionOffsetInfo group) {
        return group != null
                && (place.offset() < group.startOffset() || group.lag().orElse(-1L) == 0);
    }

    /** One check of all unfinished requests. */
    private final class Check {
        private final Instant now;
        private int lookups;
        /** Whether this check has looked up all requests that need a lookup. */
        private boolean complete = true;

        private Check(Instant now) {
            this.now = now;
        }

        private void lookUp(String id, Place place, boolean completed) {
            if (lookups++ >= MOST_LOOKUPS) {
                complete = false;
                return;
            }
            try {
                if (generations.hasEnded(id)) {
                    requests.finished(id);
                } else {
                    requests.replace(id, place, place.unfinished(completed ? now : null));
                }
            } catch (UncheckedIOException e) {
                LOG.warnf("Cannot read the manifest of request %s: %s", id, e.getMessage());
                complete = false; // the next check retries
            }
        }

        private void republish(String id, Place place) {
            try {
                if (generations.hasEnded(id)) { // since the first lookup
                    requests.finished(id);
                    return;
                }
                LOG.warnf("Kafka dropped request %s; publishing it again", id);
                copies.publish(id, place);
                requests.replace(id, place, place.unfinished(null)); // no effect if the copy has already been read
            } catch (NotPublishedException | KafkaException e) {
                LOG.warnf("Cannot publish request %s again: %s", id, e.getMessage()); // the next check retries
            } catch (UncheckedIOException e) {
                LOG.warnf("Cannot read the manifest of request %s: %s", id, e.getMessage()); // the next check retries
            }
        }
    }
}
