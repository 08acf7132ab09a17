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
 * Polls the offsets of the workers' share group, for {@link DroppedRequests} and for the gauge {@code
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
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final String topicPrefix;
    private final Consumer<Map<TopicPartition, SharePartitionOffsetInfo>> dropped;
    private final Duration timeout;
    private final Map<String, Object> settings;
    private final Future<?> polling;
    /** Created on first use, because creation fails while the broker's host name cannot be resolved. */
    private @Nullable Admin admin;
    /** Lag by topic name; only topics with a known lag have an entry. */
    private volatile Map<String, Long> lags = Map.of();

    @Inject
    WorkerGroup(
            @Identifier("default-kafka-broker") Map<String, Object> broker,
            GatewayConfig config,
            DroppedRequests dropped,
            MeterRegistry registry) {
        this(broker, config.topicPrefix().orElse(""), dropped::check, registry, interval(config), TIMEOUT);
    }

    private static Duration interval(GatewayConfig config) {
        return config.gateway().droppedRequestTimeout().dividedBy(2);
    }

    /**
     * @param dropped receives the share group's offsets after each poll
     * @param interval pause between two polls
     * @param timeout timeout of a poll; after a timeout, every lag is unknown
     */
    WorkerGroup(
            Map<String, Object> broker,
            String topicPrefix,
            Consumer<Map<TopicPartition, SharePartitionOffsetInfo>> dropped,
            MeterRegistry registry,
            Duration interval,
            Duration timeout) {
        this.topicPrefix = topicPrefix;
        this.dropped = dropped;
        this.timeout = timeout;
        for (Priority priority : Priority.values()) {
            String topic = priority.topic().in(topicPrefix);
            Gauge.builder("lorafleet.requests.lag", () -> lagOf(topic))
                    .description("Unfinished requests; NaN if unknown")
                    .tag("topic", topic)
                    .register(registry);
        }
        this.settings = settings(broker, timeout);
        this.polling = Infrastructure.getDefaultWorkerPool()
                .scheduleWithFixedDelay(this::poll, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @PreDestroy
    void stop() {
        polling.cancel(true);
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

    private static Map<String, Object> settings(Map<String, Object> broker, Duration timeout) {
        Map<String, Object> settings = new HashMap<>();
        // Consumer and producer settings would make the client log warnings.
        AdminClientConfig.configNames().stream()
                .filter(broker::containsKey)
                .forEach(key -> settings.put(key, broker.get(key)));
        settings.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        settings.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) timeout.toMillis());
        // With the default backoff, the client logs several warnings per second while no broker is reachable.
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MS_CONFIG, 500L);
        settings.put(AdminClientConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 3000L);
        return settings;
    }

    private double lagOf(String topic) {
        Long lag = lags.get(topic);
        return lag == null ? Double.NaN : lag;
    }

    private void poll() {
        String group = topicPrefix + Topic.WORKER_GROUP;
        try {
            Map<TopicPartition, SharePartitionOffsetInfo> offsets = admin().listShareGroupOffsets(
                            Map.of(group, new ListShareGroupOffsetsSpec()))
                    .partitionsToOffsetInfo(group)
                    .get(timeout.toMillis(), TimeUnit.MILLISECONDS);
            lags = sums(offsets);
            dropped.accept(offsets);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            LOG.debugf(e, "The lag of share group %s is unknown", group);
            lags = Map.of();
        } catch (RuntimeException e) { // the executor would not run the task again
            LOG.warnf(e, "Checking share group %s for dropped requests failed, repeating", group);
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
        sums.keySet().removeAll(unknown); // without one of the partitions, the sum would be too small
        return sums;
    }
}
