// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.GatewayConfig;
import io.lorafleet.telemetry.kafka.ClientId;
import io.smallrye.common.annotation.Identifier;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaFuture;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's admin client, which is created on first use: creation fails while the broker's name cannot be resolved.
 */
@Singleton
final class BrokerAdmin {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    private final Map<String, Object> settings;
    private final Duration timeout;
    private @Nullable Admin admin;

    @Inject
    BrokerAdmin(@Identifier("default-kafka-broker") Map<String, Object> broker, GatewayConfig config) {
        this(broker, TIMEOUT);
        ClientId.set(settings, "gateway", config.gateway().id(), "admin");
    }

    /** @param timeout timeout of each call */
    BrokerAdmin(Map<String, Object> broker, Duration timeout) {
        this.settings = settings(broker, timeout);
        this.timeout = timeout;
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

    /**
     * Waits for the result of a call.
     *
     * @throws ExecutionException if the broker reports an error
     * @throws TimeoutException if there is no answer in time
     */
    <T> T call(Function<Admin, KafkaFuture<T>> call) throws InterruptedException, ExecutionException, TimeoutException {
        return call.apply(admin()).get(timeout.toMillis(), TimeUnit.MILLISECONDS);
    }

    private synchronized Admin admin() {
        if (admin == null) {
            admin = Admin.create(settings);
        }
        return admin;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(Duration.ZERO);
        }
    }
}
