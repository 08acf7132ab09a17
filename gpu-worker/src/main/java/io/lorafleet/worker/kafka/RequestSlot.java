// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.worker.kafka;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.lorafleet.messages.RequestIds;
import io.lorafleet.messages.generation.GenerationFailed.Reason;
import io.lorafleet.worker.job.Outcome;
import io.lorafleet.worker.job.RequestHandler;
import io.lorafleet.worker.job.StopSignal;
import java.time.Duration;
import java.util.List;
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
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Holds one request at a time. A consumer gets no new record while it holds one, so a worker that holds several has
 * several slots.
 *
 * <p>While the request is computed on another thread, this one renews the hold. A hold that is lost means that another
 * worker has the request: it is stopped here, and nothing is said of it.
 */
final class RequestSlot implements Runnable {
    private static final Logger LOG = Logger.getLogger(RequestSlot.class);
    private static final Duration POLL = Duration.ofMillis(500);
    /** With group.share.delivery.count.limit as it is by default, Kafka drops a record after so many deliveries. */
    private static final int LAST_DELIVERY = 5;

    private final List<String> topics;
    private final Supplier<KafkaShareConsumer<byte[], byte[]>> consumers;
    private final RequestHandler handler;
    private final ReplyPublisher replies;
    private final Duration retryDelay;
    private final ExecutorService work = Executors.newSingleThreadExecutor(task -> new Thread(task, "request"));
    private volatile boolean stopping;
    private volatile @Nullable StopSignal current;

    /**
     * @param retryDelay the time before a record that could not be handled is released, so that a temporary fault does not
     *     use up its deliveries
     */
    RequestSlot(
            List<String> topics,
            Supplier<KafkaShareConsumer<byte[], byte[]>> consumers,
            RequestHandler handler,
            ReplyPublisher replies,
            Duration retryDelay) {
        this.topics = topics;
        this.consumers = consumers;
        this.handler = handler;
        this.replies = replies;
        this.retryDelay = retryDelay;
    }

    @Override
    public void run() {
        while (!stopping) {
            try (KafkaShareConsumer<byte[], byte[]> consumer = consumers.get()) {
                consumer.subscribe(topics);
                take(consumer);
            } catch (RuntimeException e) {
                // The broker is away, or a reply could not be sent. It gives the record of a closed consumer to
                // another one, and a new consumer starts clean.
                LOG.warnf("requests cannot be taken, trying again: %s", e.toString());
                pause(POLL);
            }
        }
        work.shutdownNow();
    }

    /** Takes no more requests, and gives back the one in hand. */
    void stop() {
        stopping = true;
        StopSignal signal = current;
        if (signal != null) {
            signal.abandon();
        }
    }

    boolean busy() {
        return current != null;
    }

    private void take(KafkaShareConsumer<byte[], byte[]> consumer) {
        while (!stopping) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
            for (ConsumerRecord<byte[], byte[]> record : records) {
                hold(new ShareLease(consumer, record));
            }
        }
    }

    private void hold(ShareLease lease) {
        String key = requestId(lease.record());
        StopSignal stop = handler.stopSignal(key);
        current = stop;
        byte[] value = lease.record().value();
        Future<Outcome> outcome = work.submit(() -> handler.handle(key, value, stop, replies::progress));
        try {
            while (true) {
                if (stopping) {
                    stop.abandon();
                }
                try {
                    settle(lease, key, outcome.get(lease.renewalInterval().toMillis(), TimeUnit.MILLISECONDS));
                    return;
                } catch (TimeoutException e) {
                    if (!lease.renew()) {
                        LOG.warnf("request %s passed on to another worker", key);
                        stop.abandon();
                        outcome.get(); // the next request must not meet it on the device
                        return;
                    }
                }
            }
        } catch (ExecutionException e) {
            LOG.errorf(e.getCause(), "request %s broke down", key);
            settle(lease, key, new Outcome.Retry("it broke down: " + e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        } finally {
            current = null;
        }
    }

    /** The one place where outcomes become replies and acknowledgements. The reply comes first: nothing may be lost. */
    private void settle(ShareLease lease, @Nullable String key, Outcome outcome) {
        if (outcome instanceof Outcome.Done done) {
            replies.finished(done.result());
            lease.acknowledge(AcknowledgeType.ACCEPT);
        } else if (outcome instanceof Outcome.Refuse refuse) {
            LOG.warnf("request %s is refused: %s", key, refuse.detail());
            replies.deadLetter(lease.record(), key, refuse);
            lease.acknowledge(AcknowledgeType.REJECT);
        } else if (outcome instanceof Outcome.Retry retry) {
            retry(lease, key, retry);
        }
    }

    private void retry(ShareLease lease, @Nullable String key, Outcome.Retry retry) {
        short deliveries = lease.record().deliveryCount().orElse((short) 1);
        if (deliveries >= LAST_DELIVERY) {
            settle(lease, key, new Outcome.Refuse(Reason.ATTEMPTS_EXHAUSTED, retry.why(), deliveries));
            return;
        }
        if (!stopping) {
            LOG.warnf("request %s goes back: %s", key, retry.why());
            pause(retryDelay);
        }
        lease.acknowledge(AcknowledgeType.RELEASE);
    }

    /** @return the record's key, if it is one that a request can have, else null */
    private static @Nullable String requestId(ConsumerRecord<byte[], byte[]> record) {
        String key = record.key() == null ? null : new String(record.key(), UTF_8);
        return RequestIds.valid(key) ? key : null;
    }

    private void pause(Duration duration) {
        try {
            Thread.sleep(duration.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping = true;
        }
    }
}
