// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Topic;
import io.quarkus.runtime.Startup;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Polls the offsets of the pools' share groups, for {@link DroppedRequests}, and runs the other checks that compare the
 * gateway's state with Kafka's.
 */
@Singleton
@Startup
public final class WorkerGroup {
    private static final Logger LOG = Logger.getLogger(WorkerGroup.class);
    /**
     * Pause between polls until the gateway knows which requests are unfinished; short, because the gateway becomes
     * ready only then.
     */
    private static final Duration SHORT_PAUSE = Duration.ofMillis(200);

    private final String prefix;
    private final Consumer<String> pools;
    private final BrokerAdmin admin;
    private final Check check;
    private final Supplier<Duration> pause;
    private volatile Future<?> polling;
    private volatile boolean stopped;

    /** Receives the names of the request topics of all pools, and the share groups' offsets by partition. */
    interface Check {
        void accept(Set<String> topics, Map<TopicPartition, SharePartitionOffsetInfo> offsets)
                throws InterruptedException;
    }

    @Inject
    WorkerGroup(
            BrokerAdmin admin,
            GatewayConfig config,
            DroppedRequests dropped,
            UnfinishedRequests unfinished,
            LowWaterMarks marks,
            LostWorkers lost,
            SignalAge signal,
            Backlog backlog) {
        this(
                admin,
                config.topicPrefix().orElse(""),
                backlog::addPool,
                (topics, offsets) -> {
                    dropped.check(offsets);
                    marks.raise(unfinished.lowWaterMarks());
                    lost.check();
                    signal.check(topics);
                },
                () -> unfinished.areSettled() ? interval(config) : SHORT_PAUSE);
    }

    private static Duration interval(GatewayConfig config) {
        return config.gateway().droppedRequestTimeout().dividedBy(2);
    }

    /**
     * @param pools receives, at each poll, the name of each pool that has topics
     * @param check called after each poll
     * @param pause pause until the next poll
     */
    WorkerGroup(BrokerAdmin admin, String topicPrefix, Consumer<String> pools, Check check, Supplier<Duration> pause) {
        this.prefix = topicPrefix;
        this.pools = pools;
        this.admin = admin;
        this.check = check;
        this.pause = pause;
        this.polling = schedule(Duration.ZERO);
    }

    private Future<?> schedule(Duration delay) {
        return Infrastructure.getDefaultWorkerPool().schedule(this::poll, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        stopped = true;
        polling.cancel(true);
    }

    private void poll() {
        try {
            Set<String> topics = requestTopics();
            check.accept(topics, offsets(topics));
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(
                    e,
                    "Cannot read the offsets of the share groups %s*; retrying",
                    Topic.workerGroup(prefix, PoolName.DEFAULT));
        } catch (RuntimeException e) { // such as a timeout of a consumer that has no partition yet
            LOG.warnf(
                    e,
                    "Cannot check the share groups %s* for dropped requests; retrying",
                    Topic.workerGroup(prefix, PoolName.DEFAULT));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (!stopped) {
                polling = schedule(pause.get());
            }
        }
    }

    private Set<String> requestTopics() throws InterruptedException, ExecutionException, TimeoutException {
        Set<String> topics =
                new HashSet<>(admin.call(client -> client.listTopics().names()));
        topics.removeIf(topic -> Topic.poolOf(prefix, topic).isEmpty());
        return topics;
    }

    /** @return the offsets of all pools' share groups; each request topic is read by exactly one of these groups */
    private Map<TopicPartition, SharePartitionOffsetInfo> offsets(Set<String> topics)
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, ListShareGroupOffsetsSpec> groups = new HashMap<>();
        for (String topic : topics) {
            String pool = Topic.poolOf(prefix, topic).orElseThrow();
            pools.accept(pool);
            groups.put(Topic.workerGroup(prefix, pool), new ListShareGroupOffsetsSpec());
        }
        Map<TopicPartition, SharePartitionOffsetInfo> offsets = new HashMap<>();
        admin.call(client -> client.listShareGroupOffsets(groups).all())
                .values()
                .forEach(offsets::putAll);
        return offsets;
    }
}
