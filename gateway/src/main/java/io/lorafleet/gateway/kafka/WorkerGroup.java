// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.gateway.generation.state.Backlog;
import io.lorafleet.messages.PoolName;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.Topic;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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
 * Polls the offsets of the pools' share groups, for {@link DroppedRequests} and for the gauge {@code
 * lorafleet.requests.lag}, which is the number of unfinished requests per topic. Gateways report this gauge because
 * they keep running when the workers are scaled to zero. All gateways report the same value, so aggregate it with the
 * maximum rather than the sum.
 *
 * <p>The lag includes records that workers have acquired but not acknowledged. The gauge is NaN while the broker does
 * not report a lag, for example until the first request in a topic has finished. Brokers have been observed to report 0
 * while a released record was waiting, so do not scale to zero on this value alone.
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
    /** Lag by topic name; only topics with a known lag have an entry. */
    private volatile Map<String, Long> lags = Map.of();

    /** Receives the share group's offsets by partition. */
    interface Check {
        void accept(Map<TopicPartition, SharePartitionOffsetInfo> group) throws InterruptedException;
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
            Backlog backlog,
            MeterRegistry registry) {
        this(
                admin,
                config.topicPrefix().orElse(""),
                backlog::addPool,
                offsets -> {
                    dropped.check(offsets);
                    marks.raise(unfinished.lowWaterMarks());
                    lost.check();
                    signal.check();
                },
                registry,
                () -> unfinished.areSettled() ? interval(config) : SHORT_PAUSE);
    }

    private static Duration interval(GatewayConfig config) {
        return config.gateway().droppedRequestTimeout().dividedBy(2);
    }

    /**
     * @param pools receives, at each poll, the name of each pool that has topics
     * @param check receives the share groups' offsets after each poll
     * @param pause pause until the next poll
     */
    WorkerGroup(
            BrokerAdmin admin,
            String topicPrefix,
            Consumer<String> pools,
            Check check,
            MeterRegistry registry,
            Supplier<Duration> pause) {
        this.prefix = topicPrefix;
        this.pools = pools.andThen(pool -> addGauges(pool, registry));
        this.admin = admin;
        this.check = check;
        this.pause = pause;
        addGauges(PoolName.DEFAULT, registry);
        this.polling = schedule(Duration.ZERO);
    }

    /** Adds the gauges of a pool, unless they already exist. */
    private void addGauges(String pool, MeterRegistry registry) {
        for (Priority priority : Priority.values()) {
            String topic = priority.topic().in(prefix, pool);
            Gauge.builder("lorafleet.requests.lag", () -> lagOf(topic))
                    .description("Unfinished requests; NaN if unknown")
                    .tag("topic", topic)
                    .register(registry);
        }
    }

    private Future<?> schedule(Duration delay) {
        return Infrastructure.getDefaultWorkerPool().schedule(this::poll, delay.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        stopped = true;
        polling.cancel(true);
    }

    private double lagOf(String topic) {
        Long lag = lags.get(topic);
        return lag == null ? Double.NaN : lag;
    }

    private void poll() {
        try {
            Map<TopicPartition, SharePartitionOffsetInfo> offsets = offsets();
            lags = sums(offsets);
            check.accept(offsets);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(
                    e,
                    "Cannot determine the lag of the share groups %s*; retrying",
                    Topic.workerGroup(prefix, PoolName.DEFAULT));
            lags = Map.of();
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

    /** @return the offsets of all pools' share groups; each request topic is read by exactly one of these groups */
    private Map<TopicPartition, SharePartitionOffsetInfo> offsets()
            throws InterruptedException, ExecutionException, TimeoutException {
        Map<String, ListShareGroupOffsetsSpec> groups = new HashMap<>();
        for (String topic : admin.call(client -> client.listTopics().names())) {
            Topic.poolOf(prefix, topic).ifPresent(pool -> {
                pools.accept(pool);
                groups.put(Topic.workerGroup(prefix, pool), new ListShareGroupOffsetsSpec());
            });
        }
        Map<TopicPartition, SharePartitionOffsetInfo> offsets = new HashMap<>();
        admin.call(client -> client.listShareGroupOffsets(groups).all())
                .values()
                .forEach(offsets::putAll);
        return offsets;
    }

    private static Map<String, Long> sums(Map<TopicPartition, SharePartitionOffsetInfo> partitions) {
        Map<String, Long> sums = new HashMap<>();
        Set<String> unknown = new HashSet<>();
        partitions.forEach((partition, info) -> {
            if (info == null || info.lag().isEmpty()) {
                unknown.add(partition.topic());
            } else {
                sums.merge(partition.topic(), info.lag().get(), Long::sum);
            }
        });
        sums.keySet().removeAll(unknown); // without one of the partitions, the sum would be too small
        return sums;
    }
}
