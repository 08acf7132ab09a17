// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A gateway with tight limits: few orders may wait, no disk space is left, and Kafka must answer soon. */
public final class ScarceGateway implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "lorafleet.limits.max-queued-evaluations", "200",
                // No disk has so much space.
                "lorafleet.storage.min-free-bytes", "4000000000000000000",
                "lorafleet.gateway.dropped-request-patience", "300ms",
                "mp.messaging.outgoing.log.request.timeout.ms", "500",
                "mp.messaging.outgoing.log.delivery.timeout.ms", "1000",
                "mp.messaging.outgoing.log.max.block.ms", "1000",
                // The broker is stopped on purpose: do not log every client's complaint.
                "quarkus.log.category.\"org.apache.kafka.clients\".level", "OFF");
    }
}
