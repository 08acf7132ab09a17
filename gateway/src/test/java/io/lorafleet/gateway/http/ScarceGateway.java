// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A gateway with tight limits: a short queue, no disk space, and short Kafka timeouts. */
public final class ScarceGateway implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "lorafleet.limits.max-queued-evaluations", "200",
                // More than any disk has.
                "lorafleet.storage.min-free-bytes", "4000000000000000000",
                "lorafleet.gateway.dropped-request-timeout", "300ms",
                "mp.messaging.outgoing.log.request.timeout.ms", "500",
                "mp.messaging.outgoing.log.delivery.timeout.ms", "1000",
                "mp.messaging.outgoing.log.max.block.ms", "1000",
                // The broker is stopped on purpose, so the clients' warnings are noise.
                "quarkus.log.category.\"org.apache.kafka.clients\".level", "OFF");
    }
}
