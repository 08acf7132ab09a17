// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** The fleet on Apache Kafka's own image, as an outer cluster. */
@EnabledIf(value = "dockerAnswers", disabledReason = "no Docker engine")
class ContainerFleetIT extends FleetContract {
    private KafkaContainer kafka;

    static boolean dockerAnswers() {
        boolean answers = DockerClientFactory.instance().isDockerAvailable();
        if (!answers) {
            System.out.println("ContainerFleetIT is skipped: no Docker engine"); // Maven keeps the reason to itself
        }
        return answers;
    }

    @Override
    String startBroker() {
        // One node can hold one replica.
        kafka = new KafkaContainer("apache/kafka:" + System.getProperty("kafka.version"))
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR", "1")
                .withEnv("KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR", "1");
        kafka.start();
        return kafka.getBootstrapServers();
    }

    @Override
    void stopBroker() {
        kafka.stop();
    }
}
