// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.generation.state.Generation;
import io.lorafleet.gateway.generation.state.GenerationTable;
import io.lorafleet.gateway.webhook.Webhooks;
import io.lorafleet.messages.InvalidMessageException;
import io.lorafleet.messages.Json;
import io.lorafleet.messages.generation.GenerateImage;
import io.lorafleet.messages.generation.GenerationFinished;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Calls the webhooks of finished generations. Only one gateway consumes each result, and acknowledges it when the
 * webhook call has succeeded or been abandoned. No receiver can delay the acknowledgement indefinitely. If a gateway is
 * killed, another gateway consumes the results that were not acknowledged.
 */
@ApplicationScoped
public class FinishedFollower {
    private static final Logger LOG = Logger.getLogger(FinishedFollower.class);
    private static final Duration CHECK_INTERVAL = Duration.ofMillis(500);
    /** How long to wait for the generation table to receive a result that this class has consumed. */
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final GenerationTable generations;
    private final BiFunction<Generation, byte @Nullable [], Uni<Void>> webhooks;
    private final Predicate<IncomingKafkaRecord<?, ?>> folded;
    private final Duration timeout;
    private final Uni<Void> caughtUp;

    /** The gateway has not caught up, and may not have read the request yet. */
    private static final class NotYet extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Inject
    FinishedFollower(
            GenerationTable generations, Webhooks webhooks, @Readiness CaughtUp caughtUp, FoldedOffsets folded) {
        this(
                generations,
                webhooks::send,
                caughtUp::everywhere,
                record -> folded.include(
                        new TopicPartition(record.getTopic(), record.getPartition()), record.getOffset()),
                TIMEOUT);
    }

    /**
     * @param webhooks function that calls the webhook in the header of a result or, if there is no header, the webhook
     *     of the generation's request; its result completes when the call has succeeded or been abandoned
     * @param caughtUp whether this gateway has read all requests and results
     * @param folded whether the table has received a result
     * @param timeout how long to wait until the table contains the finished generation
     */
    FinishedFollower(
            GenerationTable generations,
            BiFunction<Generation, byte @Nullable [], Uni<Void>> webhooks,
            BooleanSupplier caughtUp,
            Predicate<IncomingKafkaRecord<?, ?>> folded,
            Duration timeout) {
        this.generations = generations;
        this.webhooks = webhooks;
        this.folded = folded;
        this.timeout = timeout;
        this.caughtUp = whenTrue(caughtUp).memoize().indefinitely();
    }

    /**
     * Does not wait for a webhook, so that an unresponsive webhook does not delay other webhooks. But while the gateway
     * is catching up, a result whose record contains no webhook has to wait for its request. No further results are
     * consumed until then, because after a long downtime, more of them could wait than the memory can hold.
     */
    @Incoming("finished")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    CompletionStage<Void> finished(IncomingKafkaRecord<String, byte[]> record) {
        Header webhook = record.getHeaders().lastHeader(GenerateImage.WEBHOOK_HEADER);
        Optional<Generation> generation = webhook == null ? Optional.empty() : read(record);
        if (generation.isPresent()) { // the request is not needed
            start(record, Uni.createFrom().deferred(() -> webhooks.apply(generation.get(), webhook.value())));
            return CompletableFuture.completedFuture(null);
        }
        return caughtUp.invoke(() -> start(record, callIfKnown(record))).subscribeAsCompletionStage();
    }

    private static void start(IncomingKafkaRecord<String, byte[]> record, Uni<Void> call) {
        call.subscribe().with(told -> record.ack(), e -> {
            LOG.errorf(e, "Cannot call the webhook of generation %s", record.getKey());
            record.ack(); // otherwise the offsets after this record would never be committed
        });
    }

    private Uni<Void> callIfKnown(IncomingKafkaRecord<String, byte[]> record) {
        return find(record).onItem().ifNotNull().transformToUni(finished -> webhooks.apply(finished, null));
    }

    /** @return the generation with its first result; empty if this gateway cannot read the record */
    private Optional<Generation> read(IncomingKafkaRecord<String, byte[]> record) {
        try {
            GenerationFinished event = Json.read(record.getPayload(), GenerationFinished.class);
            return Optional.of(generations
                    .find(event.requestId())
                    .filter(Generation::isFinished)
                    .orElseGet(() -> Generation.finished(event)));
        } catch (InvalidMessageException e) {
            return Optional.empty();
        }
    }

    private static Uni<Void> whenTrue(BooleanSupplier caughtUp) {
        return Uni.createFrom()
                .item(caughtUp::getAsBoolean)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .transformToUni(known ->
                        known ? Uni.createFrom().voidItem() : Uni.createFrom().failure(NotYet::new))
                .onFailure() // also after a broker timeout
                .retry()
                .withBackOff(CHECK_INTERVAL, CHECK_INTERVAL)
                .indefinitely();
    }

    /** @return the finished generation; null if the table has forgotten it, or does not receive the result in time */
    private Uni<@Nullable Generation> find(IncomingKafkaRecord<String, byte[]> record) {
        String id = record.getKey();
        if (folded.test(record)) {
            return Uni.createFrom()
                    .item(generations.find(id).filter(Generation::isFinished).orElse(null));
        }
        Uni<Generation> finished = Uni.createFrom()
                .emitter(known -> known.onTermination(generations.follow(id, generation -> {
                    if (generation.isFinished()) {
                        known.complete(generation);
                    }
                })));
        return finished.emitOn(Infrastructure.getDefaultWorkerPool()) // not under the table's lock
                .ifNoItem()
                .after(timeout)
                .recoverWithItem((Generation) null);
    }
}
