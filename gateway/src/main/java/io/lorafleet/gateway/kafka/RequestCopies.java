// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.NotPublishedException;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.kafka.UnfinishedRequests.Place;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.LaterFields;
import io.lorafleet.messages.generation.GenerateImage;
import jakarta.inject.Singleton;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Reads requests again, and publishes copies of them. A copy has the bytes and headers of the original record, so it
 * also contains fields that only newer gateways recognize.
 */
@Singleton
final class RequestCopies implements DroppedRequests.Copies {
    private static final Logger LOG = Logger.getLogger(RequestCopies.class);

    private final RecordReader reader;
    private final GenerationTable table;
    private final KafkaLogs logs;

    RequestCopies(RecordReader reader, GenerationTable table, KafkaLogs logs) {
        this.reader = reader;
        this.table = table;
        this.logs = logs;
    }

    /**
     * @param place the latest copy
     * @throws NotPublishedException if the broker did not acknowledge the copy
     */
    @Override
    public void publish(String id, Place place) {
        ConsumerRecord<String, byte[]> original = original(place);
        GenerateImage command =
                table.find(id).map(generation -> generation.request()).orElse(null);
        if (original != null) {
            logs.copy(original);
        } else if (command != null) { // older than the topic's retention time
            logs.write(command, LaterFields.NONE);
        } else {
            LOG.errorf("Kafka deleted request %s before it finished, and this gateway has no copy of it", id);
        }
    }

    @Override
    public void recall(Map<String, Place> places) {
        Map<String, Place> forgotten = new HashMap<>(places);
        forgotten.keySet().removeIf(id -> table.find(id).isPresent());
        if (forgotten.isEmpty()) {
            return;
        }
        try (Consumer<String, byte[]> consumer = reader.open()) {
            forgotten.values().forEach(place -> apply(original(consumer, place)));
        }
    }

    private void apply(@Nullable ConsumerRecord<String, byte[]> record) {
        try {
            if (record != null) {
                table.apply(Json.read(record.value(), GenerateImage.class));
            }
        } catch (InvalidMessageException e) {
            return; // reported when the record was read
        }
    }

    private @Nullable ConsumerRecord<String, byte[]> original(Place place) {
        try (Consumer<String, byte[]> consumer = reader.open()) {
            return original(consumer, place);
        }
    }

    private static @Nullable ConsumerRecord<String, byte[]> original(Consumer<String, byte[]> consumer, Place place) {
        consumer.assign(Set.of(place.partition())); // otherwise the client warns
        Long first = consumer.beginningOffsets(Set.of(place.partition())).get(place.partition());
        return first == null || place.offset() < first
                ? null
                : RecordReader.read(consumer, Map.of(place.partition(), place.offset()))
                        .get(place.partition());
    }
}
