// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Topic;
import io.quarkus.test.junit.QuarkusTest;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import javax.management.JMException;
import javax.management.ObjectName;
import org.apache.kafka.common.header.Headers;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;

/** What the gateway's records and Kafka clients show to others. */
@QuarkusTest
class RecordHeadersTest extends GatewayTest {
    @ConfigProperty(name = "lorafleet.gateway.id")
    String id;

    @Test
    void nameTheTypeAndTheSchemaVersionAndHaveNoTraceByDefault() {
        String request = submit(Map.of("prompt", "a"));

        Headers headers = WorkerPeer.awaitRecord(Topic.REQUESTS, request).headers();

        assertThat(headers.lastHeader("type").value()).asString(UTF_8).isEqualTo("GenerateImage");
        assertThat(headers.lastHeader("schema-version").value()).asString(UTF_8).isEqualTo("1");
        assertThat(headers.lastHeader("traceparent")).isNull();
        worker.succeed(request);
    }

    @Test
    void clientsNameTheGatewayAndTheirRoles() throws JMException {
        submit(Map.of("prompt", "a")); // the clients exist

        Set<String> names = new TreeSet<>();
        for (ObjectName client : ManagementFactory.getPlatformMBeanServer()
                .queryNames(new ObjectName("kafka.*:type=app-info,id=*"), null)) {
            names.add(client.getKeyProperty("id"));
        }

        for (String role : List.of("requests", "batch-requests", "results", "workers", "finished", "log", "admin")) {
            assertThat(names).contains("lorafleet-gateway-" + id + "-" + role);
        }
        assertThat(names).noneMatch(name -> name.startsWith("kafka-"));
    }
}
