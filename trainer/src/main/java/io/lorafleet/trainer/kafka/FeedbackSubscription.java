package io.lorafleet.trainer.kafka;

import io.lorafleet.messages.FeedbackGiven;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.trainer.TrainerConfig;
import io.lorafleet.trainer.feedback.FeedbackArchive;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.time.Duration;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;

/**
 * Takes every record of {@code feedback.samples}: into the archive, or, if it is no sample, to the dead letters. Only
 * then is it acknowledged, and only what is acknowledged is committed.
 */
@ApplicationScoped
public class FeedbackSubscription {
    private static final Logger LOG = Logger.getLogger(FeedbackSubscription.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);

    private final FeedbackArchive archive;
    private final DeadLetters deadLetters;
    private final Duration maxRetryPause;
    private final Counter stored;
    private final Counter repeated;
    private final Counter refused;
    private final Counter failures;

    FeedbackSubscription(
            FeedbackArchive archive, DeadLetters deadLetters, TrainerConfig config, MeterRegistry registry) {
        this.archive = archive;
        this.deadLetters = deadLetters;
        this.maxRetryPause = config.feedback().maxRetryPause();
        this.stored = counter("stored", "Samples that are in the archive", registry);
        this.repeated = counter("repeated", "Samples that were in the archive already", registry);
        this.refused = counter("refused", "Records that are no samples and went to the dead letters", registry);
        this.failures = counter("failures", "Attempts to keep a record that have to be made again", registry);
    }

    /** One record after the other. One that cannot be kept now is tried until it can be, and holds up those behind it. */
    @Incoming("feedback")
    Uni<Void> take(ConsumerRecord<String, byte[]> record) {
        return Uni.createFrom()
                .deferred(() -> keep(record))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onFailure()
                .invoke(failure -> postponed(record, failure))
                .onFailure()
                .retry()
                .withBackOff(FIRST_PAUSE, maxRetryPause)
                .indefinitely();
    }

    private void postponed(ConsumerRecord<String, byte[]> record, Throwable failure) {
        failures.increment();
        LOG.warnf(
                "%s, partition %d, offset %d cannot be kept yet: %s",
                record.topic(), record.partition(), record.offset(), failure);
    }

    private Uni<Void> keep(ConsumerRecord<String, byte[]> record) {
        FeedbackGiven sample;
        try {
            sample = Json.read(record.value(), FeedbackGiven.class);
        } catch (InvalidMessageException e) {
            return deadLetters.write(record, e.getMessage()).invoke(() -> refused.increment());
        }
        try {
            (archive.store(sample) ? stored : repeated).increment();
            return Uni.createFrom().voidItem();
        } catch (IOException e) {
            return Uni.createFrom().failure(e);
        }
    }

    private static Counter counter(String name, String description, MeterRegistry registry) {
        return Counter.builder("lorafleet.feedback." + name)
                .description(description)
                .register(registry);
    }
}
