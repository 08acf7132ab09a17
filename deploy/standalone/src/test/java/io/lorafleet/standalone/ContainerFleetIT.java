// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.standalone;

import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

/** A fleet on an external cluster: the Docker image of Apache Kafka. */
@EnabledIf(value = "dockerAnswers", disabledReason = "no Docker engine")
class ContainerFleetIT extends FleetContract {
    private KafkaContainer kafka;

    static boolean dockerAnswers() {
        boolean answers = DockerClientFactory.instance().isDockerAvailable();
        if (!answers) {
            System.out.println("ContainerFleetIT is skipped: no Docker engine"); // Maven does not print the reason
        }
        return answers;
    }

    @Override
    String startBroker() {
        // A cluster with one node supports only one replica.
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
