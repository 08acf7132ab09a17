// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.messages.Priority;
import io.lorafleet.messages.Topic;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.Startup;
import io.smallrye.common.annotation.Identifier;
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
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Asks the broker how far the workers' share group has come, for {@link DroppedRequests} and for the gauge {@code
 * lorafleet.requests.lag}: how many requests of each topic the workers have not finished. It is here because gateways
 * stay up when workers are scaled away. Every gateway says the same: take the maximum of them, not the sum.
 *
 * <p>The lag counts the records that a worker holds, too, since they are not acknowledged yet. It is NaN while the
 * broker does not say, as before the first request of a topic is finished. Brokers have been seen to say 0 while a
 * released record was waiting: nobody should scale to zero on this alone.
 */
@Singleton
@Startup
public final class WorkerGroup {
    private static final Logger LOG = Logger.getLogger(WorkerGroup.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final String topicPrefix;
    private final Consumer<Map<TopicPartition, SharePartitionOffsetInfo>> dropped;
    private final Duration patience;
    private final Map<String, Object> settings;
    private final Future<?> asking;
    /** Made when it is first needed: that fails while the broker's name cannot be resolved. */
    private @Nullable Admin admin;
    /** By topic name; of those whose lag is known. */
    private volatile Map<String, Long> lags = Map.of();

    @Inject
    WorkerGroup(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            GatewayConfig config,
            DroppedRequests dropped,
            MeterRegistry registry) {
        this(broker, config.topicPrefix().orElse(""), dropped::look, registry, interval(config), PATIENCE);
    }

    private static Duration interval(GatewayConfig config) {
        return config.gateway().droppedRequestPatience().dividedBy(2);
    }

    /**
     * @param dropped receives the share group's offsets after each poll
     * @param interval the pause between two polls
     * @param patience how long the broker may take to answer; after that, every lag is unknown
     */
    WorkerGroup(
            Map<String, Object> broker,
            String topicPrefix,
            Consumer<Map<TopicPartition, SharePartitionOffsetInfo>> dropped,
            MeterRegistry registry,
            Duration interval,
            Duration patience) {
        this.topicPrefix = topicPrefix;
        this.dropped = dropped;
        this.patience = patience;
        for (Priority priority : Priority.values()) {
            String topic = priority.topic().in(topicPrefix);
            Gauge.builder("lorafleet.requests.lag", () -> lagOf(topic))
                    .description("Requests that workers have not finished; NaN if unknown")
                    .tag("topic", topic)
                    .register(registry);
        }
        this.settings = settings(broker, patience);
        this.asking = Infrastructure.getDefaultWorkerPool()
                .scheduleWithFixedDelay(this::ask, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        asking.cancel(true);
        synchronized (this) {
            if (admin != null) {
                admin.close(Duration.ZERO);
            }
        }
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(settings);
        }
        return admin;
    }

    private static Map<String, Object> settings(Map<String, Object> broker, Duration patience) {
        Map<String, Object> settings = new HashMap<>();
        // What is meant for consumers and producers would only make the client warn.
        AdminClientConfig.configNames().stream()
                .filter(broker::containsKey)
                .forEach(key -> settings.put(key, broker.get(key)));
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.toMillis());
        // Without a broker, it would say so several times a second.
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG, 500L);
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 3000L);
        return settings;
    }

    private double lagOf(String topic) {
        Long lag = lags.get(topic);
        return lag == null ? Double.NaN : lag;
    }

    private void ask() {
        String group = topicPrefix + Topic.WORKER_GROUP;
        try {
            Map<TopicPartition, SharePartitionOffsetInfo> offsets = admin().listShareGroupOffsets(
                            Map.of(group, new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(group)
                    .get(patience.toMillis(), TimeUnit.MILLISECONDS);
            lags = sums(offsets);
            dropped.accept(offsets);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(e, "the lag of %s is unknown", group);
            lags = Map.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
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
        sums.keySet().removeAll(unknown); // without one of its partitions, a topic's sum would be too small
        return sums;
    }
}
