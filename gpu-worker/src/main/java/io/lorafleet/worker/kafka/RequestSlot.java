// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.RequestIds;
import io.lorafleet.telemetry.RequestLog;
import io.lorafleet.telemetry.Spans;
import io.lorafleet.telemetry.kafka.RecordSpans;
import io.lorafleet.worker.job.RecordOutcome;
import io.lorafleet.worker.job.RequestHandler;
import io.lorafleet.worker.job.StopSignal;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.errors.WakeupException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * A place for one job in a worker, with its own share consumer. A consumer receives no new record while it holds one,
 * so a worker needs a slot for every concurrent job.
 *
 * <p>A handler thread processes the request while the slot's thread renews the share lease. If the lease is lost,
 * another worker may have the record, so the job is stopped and no result is published.
 */
final class RequestSlot implements Runnable {
    private static final Logger LOG = Logger.getLogger(RequestSlot.class);
    private static final Duration RETRY = Duration.ofMillis(500);
    /** Delay before the next attempt to join a group that is full. */
    private static final Duration FULL_GROUP_PAUSE = Duration.ofSeconds(5);

    /**
     * Time limit for the first poll. If the group refuses the slot, the poll fails before this limit; otherwise, the
     * slot is a member.
     */
    private static final Duration JOIN = Duration.ofSeconds(5);

    /**
     * Time limit for all other polls. Each poll allows Kafka's client to fetch until it has received a record. If a
     * record arrives at the very beginning of a poll, the client fetches another one, which then waits in this slot
     * although other slots are free. The fewer polls, the less often this happens.
     */
    private static final Duration POLL = Duration.ofMinutes(1);

    private static final Duration YIELD = Duration.ofSeconds(1);

    private static final AttributeKey<Long> DELIVERIES = AttributeKey.longKey("lorafleet.deliveries");
    private static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("lorafleet.outcome");

    private final List<String> topics;
    private final Supplier<KafkaShareConsumer<byte[], byte[]>> consumers;
    private final RequestHandler handler;
    private final ReplyPublisher replies;
    private final RefusedSlots refused;
    private final Duration retryDelay;
    private final ExecutorService handlerThread =
            Executors.newSingleThreadExecutor(task -> new Thread(task, "request"));
    private volatile boolean taking = true;
    private volatile boolean stopping;
    private volatile @Nullable StopSignal current;
    /** The consumer during a poll. Guarded by this. */
    private @Nullable KafkaShareConsumer<byte[], byte[]> polling;

    /**
     * @param topics topics that the slot consumes
     * @param consumers creates share consumers
     * @param refused records whether the share group refuses this slot
     * @param retryDelay time to wait after an unexpected failure before releasing the record
     */
    RequestSlot(
            List<String> topics,
            Supplier<KafkaShareConsumer<byte[], byte[]>> consumers,
            RequestHandler handler,
            ReplyPublisher replies,
            RefusedSlots refused,
            Duration retryDelay) {
        this.topics = topics;
        this.consumers = consumers;
        this.handler = handler;
        this.replies = replies;
        this.refused = refused;
        this.retryDelay = retryDelay;
    }

    @Override
    public void run() {
        while (taking) {
            if (handler.engineHung()) {
                sleep(RETRY);
                continue;
            }
            try (KafkaShareConsumer<byte[], byte[]> consumer = consumers.get()) {
                consumer.subscribe(topics);
                consume(consumer);
            } catch (GroupMaxSizeReachedException e) {
                refused.add(this);
                sleep(FULL_GROUP_PAUSE);
            } catch (RuntimeException | Error e) {
                // The broker is unavailable, or a reply could not be published. Closing the consumer releases its
                // record, and a new consumer starts without stale state. An error must not end the thread, because
                // nothing replaces it.
                LOG.warnf("Cannot consume requests; retrying: %s", e.toString());
                sleep(RETRY);
            }
        }
        refused.remove(this);
        handlerThread.shutdownNow();
    }

    /** Accepts no more requests. The slot ends when its current job has ended. */
    synchronized void drain() {
        taking = false;
        if (polling != null) {
            polling.wakeup();
        }
    }

    /** Accepts no more requests, and returns the current record to the broker. */
    void stop() {
        drain();
        stopping = true;
        StopSignal signal = current;
        if (signal != null) {
            signal.abandon();
        }
    }

    /** @return whether the slot holds a job */
    boolean busy() {
        return current != null;
    }

    /** Consumes requests until the slot accepts no more requests or needs a new consumer. */
    private void consume(KafkaShareConsumer<byte[], byte[]> consumer) {
        Duration timeout = JOIN;
        while (taking && !handler.engineHung()) {
            ConsumerRecords<byte[], byte[]> records = poll(consumer, timeout);
            refused.remove(this);
            timeout = POLL;
            for (ConsumerRecord<byte[], byte[]> record : records) {
                ShareLease lease = new ShareLease(consumer, record);
                boolean usable =
                        taking && !handler.engineHung() ? process(lease) : lease.acknowledge(AcknowledgeType.RELEASE);
                if (!usable) {
                    return;
                }
            }
        }
    }

    /** Waits for a record until the time is up or the slot accepts no more requests. */
    private ConsumerRecords<byte[], byte[]> poll(KafkaShareConsumer<byte[], byte[]> consumer, Duration timeout) {
        synchronized (this) {
            if (!taking) {
                return ConsumerRecords.empty();
            }
            polling = consumer;
        }
        try {
            return consumer.poll(timeout);
        } catch (WakeupException e) {
            return ConsumerRecords.empty();
        } finally {
            synchronized (this) {
                polling = null;
            }
        }
    }

    /**
     * Processes one record.
     *
     * @return whether the consumer can still be used. After a failed renewal, Kafka's client can keep the record
     *     forever. In that case, it acquires other records, but no poll returns them
     */
    private boolean process(ShareLease lease) {
        String key = requestId(lease.record());
        Span span = RecordSpans.process(lease.record());
        if (key != null) {
            span.setAttribute(Spans.REQUEST, key);
        }
        lease.record().deliveryCount().ifPresent(count -> span.setAttribute(DELIVERIES, (long) count));
        RequestLog log = RequestLog.of(key);
        try (log) {
            return Context.current()
                    .with(span)
                    .wrapSupplier(() -> process(lease, key))
                    .get();
        } finally {
            span.end();
        }
    }

    private boolean process(ShareLease lease, @Nullable String key) {
        // The client may have acquired the record while the slot was busy, so the lock may have expired.
        if (!lease.renew()) {
            LOG.infof("Request %s: lease lost before the request started", key);
            return false;
        }
        StopSignal stop = handler.stopSignal(key);
        current = stop;
        byte[] value = lease.record().value();
        Future<RecordOutcome> outcome = handlerThread.submit(Context.current().wrap(() -> {
            RequestLog log = RequestLog.of(key);
            try (log) {
                return handler.handle(key, value, stop, replies::progress);
            }
        }));
        try {
            while (true) {
                if (stopping) {
                    stop.abandon();
                }
                try {
                    RecordOutcome ended = outcome.get(lease.renewalInterval().toMillis(), TimeUnit.MILLISECONDS);
                    boolean usable = settle(lease, key, ended);
                    if (ended instanceof RecordOutcome.Release && taking) {
                        sleep(YIELD); // so that another worker is faster
                    }
                    return usable;
                } catch (TimeoutException e) {
                    if (handler.engineHung()) {
                        LOG.errorf("Request %s was returned to the broker, because the engine hangs", key);
                        lease.acknowledge(AcknowledgeType.RELEASE);
                        return false; // usually waits until the process is restarted
                    }
                    if (!lease.renew()) {
                        LOG.warnf("Request %s: lease lost; another worker may have the request", key);
                        return false;
                    }
                }
            }
        } catch (ExecutionException e) {
            Spans.fail(Span.current(), e);
            LOG.errorf(e.getCause(), "Request %s failed unexpectedly", key);
            if (!stopping) {
                sleep(retryDelay);
            }
            return lease.acknowledge(AcknowledgeType.RELEASE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
            return false;
        } finally {
            stop.abandon(); // has no effect if the job has ended
            awaitEnd(outcome);
            current = null;
        }
    }

    /** Waits for the job to end, so that it does not overlap with the next one. */
    private void awaitEnd(Future<RecordOutcome> outcome) {
        try {
            outcome.get();
        } catch (ExecutionException e) {
            // already handled, or irrelevant because another worker gets the record
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }

    /** Publishes the reply, then acknowledges the record. This order ensures that no reply is lost. */
    private boolean settle(ShareLease lease, @Nullable String key, RecordOutcome outcome) {
        Span.current().setAttribute(OUTCOME, outcome.getClass().getSimpleName().toLowerCase(Locale.ROOT));
        return lease.acknowledge(outcome.match(
                done -> {
                    replies.finished(lease.record(), done.result());
                    return AcknowledgeType.ACCEPT;
                },
                refuse -> refuse(lease.record(), key, refuse),
                release -> AcknowledgeType.RELEASE));
    }

    private AcknowledgeType refuse(
            ConsumerRecord<byte[], byte[]> record, @Nullable String key, RecordOutcome.Refuse refuse) {
        LOG.warnf("Request %s was rejected: %s", key, refuse.detail());
        replies.deadLetter(record, key, refuse);
        return AcknowledgeType.REJECT;
    }

    /** @return the record's key if it is a valid request id; null otherwise */
    private static @Nullable String requestId(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? null : new String(record.key(), UTF_8);
        return RequestIds.valid(key) ? key : null;
    }

    private void sleep(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stop();
        }
    }
}
