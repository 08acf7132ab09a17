// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.trainer.kafka;

import static io.lorafleet.trainer.Samples.NOW;
import static io.lorafleet.trainer.Samples.lineage;
import static io.lorafleet.trainer.Samples.student;
import static org.assertj.core.api.Assertions.assertThat;

import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.adapter.AdapterRoute;
import io.lorafleet.messages.training.RouteDecided;
import io.lorafleet.messages.training.TrainingEvent;
import io.lorafleet.messages.training.TrainingFinished;
import io.lorafleet.registry.AdapterEvent;
import io.lorafleet.trainer.publish.Publication;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

@SuppressWarnings("removal") // the constructor is deprecated, but this test has no consumer
class TransactionsTest {
    private static final TopicPartition PARTITION = new TopicPartition("feedback.samples", 0);
    private static final ConsumerGroupMetadata MEMBER =
            new ConsumerGroupMetadata("trainers", 3, "member", Optional.empty());
    private static final Publication PUBLICATION = Publication.of(
            new AdapterEvent.Version(student("fast", 2), LaterFields.NONE),
            TrainingFinished.rejected("fast", lineage(0, 5), "worse", null, NOW));

    private final MockProducer<String, byte[]> producer =
            new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer());
    private final Transactions transactions = new Transactions(producer, "p.");

    @Test
    void publishesVersionEventAndOffsetsTogether() {
        assertThat(transactions.publish(PUBLICATION, PARTITION, 5, MEMBER)).isTrue();
        assertThat(producer.history())
                .extracting(record -> record.topic() + " " + record.key())
                .containsExactly("p.adapters fast@2", "p.trainings fast");
        assertThat(producer.consumerGroupOffsetsHistory())
                .containsExactly(Map.of("trainers", Map.of(PARTITION, new OffsetAndMetadata(5))));
    }

    @Test
    void publishesADecisionWithItsRoute() {
        AdapterRoute route = new AdapterRoute("fast", 2, 1, null, null, NOW, 3);
        RouteDecided kept = new RouteDecided("fast", RouteDecided.Decision.KEPT, 2, 1, NOW, "good", route, NOW);
        assertThat(transactions.publish(Publication.of(kept), PARTITION, 5, MEMBER))
                .isTrue();
        assertThat(producer.history()).extracting(ProducerRecord::topic).containsExactly("p.adapters", "p.trainings");
        assertThat(Json.read(producer.history().get(1).value(), TrainingEvent.class))
                .isEqualTo(kept);
    }

    /** The broker accepts offsets without a member id, even if another member owns the partition. */
    @Test
    void publishesNothingAfterLeavingTheGroup() {
        ConsumerGroupMetadata left = new ConsumerGroupMetadata("trainers");
        assertThat(transactions.publish(PUBLICATION, PARTITION, 5, left)).isFalse();
        assertThat(producer.history()).isEmpty();
        assertThat(producer.transactionInFlight()).isFalse();
    }

    @Test
    void abortsIfTheGroupHasRebalanced() {
        producer.sendOffsetsToTransactionException = new CommitFailedException();
        assertThat(transactions.publish(PUBLICATION, PARTITION, 5, MEMBER)).isFalse();
        assertThat(producer.history()).isEmpty();
        assertThat(producer.transactionAborted()).isTrue();
    }
}
