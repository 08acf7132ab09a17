package io.lorafleet.gateway.http;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** A gateway that has little of everything: room for orders, space on its disk, and patience with Kafka. */
public final class ScarceGateway implements QuarkusTestProfile {
    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "lorafleet.limits.max-queued-evaluations", "200",
                // A reserve that no disk can hold.
                "lorafleet.storage.min-free-bytes", "4000000000000000000",
                "lorafleet.gateway.dropped-request-patience", "300ms",
                "mp.messaging.outgoing.log.request.timeout.ms", "500",
                "mp.messaging.outgoing.log.delivery.timeout.ms", "1000",
                "mp.messaging.outgoing.log.max.block.ms", "1000",
                // What every client says of a broker that is away is no news here.
                "quarkus.log.category.\"org.apache.kafka.clients\".level", "OFF");
    }
}
