package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.DeadLetter;
import io.lorafleet.messages.Json;
import io.smallrye.mutiny.Uni;
import io.smallrye.reactive.messaging.MutinyEmitter;
import io.smallrye.reactive.messaging.kafka.api.OutgoingKafkaRecordMetadata;
import jakarta.inject.Singleton;
import java.time.Clock;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Channel;
import org.eclipse.microprofile.reactive.messaging.Message;

/** Where records go that nobody can read. */
@Singleton
final class DeadLetters {
    /** Which trainer it was does not matter: any would have refused the record. */
    private static final String REFUSED_BY = "trainer";

    private final MutinyEmitter<byte[]> letters;
    private final Clock clock = Clock.systemUTC();

    DeadLetters(@Channel("dead-letters") MutinyEmitter<byte[]> letters) {
        this.letters = letters;
    }

    /** @return done when the broker has the letter */
    Uni<Void> write(ConsumerRecord<String, byte[]> record, String reason) {
        DeadLetter letter = new DeadLetter(
                null, // the key of feedback is an adapter's name
                record.topic(),
                record.partition(),
                record.offset(),
                record.value(),
                reason,
                0,
                REFUSED_BY,
                clock.instant());
        OutgoingKafkaRecordMetadata<String> sameKey = OutgoingKafkaRecordMetadata.<String>builder()
                .withKey(record.key())
                .build();
        return letters.sendMessage(Message.of(Json.write(letter)).addMetadata(sameKey));
    }
}
