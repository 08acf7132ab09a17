// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.kafka;

import io.lorafleet.gateway.generation.Generation;
import io.lorafleet.gateway.generation.GenerationTable;
import io.lorafleet.gateway.webhook.Webhooks;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.smallrye.reactive.messaging.kafka.IncomingKafkaRecord;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.reactive.messaging.Acknowledgment;
import org.eclipse.microprofile.reactive.messaging.Incoming;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Gives each finished generation to one gateway of them all, for its webhook. A result counts as consumed when the webhook
 * has taken it or is given up, which no receiver can put off, so a gateway that is killed leaves what it had not told to
 * another one.
 */
@ApplicationScoped
public class FinishedFollower {
    private static final Logger LOG = Logger.getLogger(FinishedFollower.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(500);
    /** For the same record to come to the table of generations. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final GenerationTable generations;
    private final Function<Generation, Uni<Void>> webhooks;
    private final Duration patience;
    /** Looked at once for all results that wait for it, which after a long time without a gateway may be many. */
    private final Uni<Void> caughtUp;

    /** Says that this gateway may not yet know what was ordered. */
    private static final class NotYet extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }

    @Inject
    FinishedFollower(GenerationTable generations, Webhooks webhooks, @Readiness CaughtUp caughtUp) {
        this(generations, webhooks::tell, caughtUp::everywhere, PATIENCE);
    }

    /**
     * @param webhooks calls a generation's webhook; completes when the call has succeeded or is given up
     * @param caughtUp whether this gateway has read all requests and results
     * @param patience how long to wait for the table to know that a generation is finished
     */
    FinishedFollower(
            GenerationTable generations,
            Function<Generation, Uni<Void>> webhooks,
            BooleanSupplier caughtUp,
            Duration patience) {
        this.generations = generations;
        this.webhooks = webhooks;
        this.patience = patience;
        this.caughtUp = whenTrue(caughtUp).memoize().indefinitely();
    }

    /** Returns at once, so that a webhook that does not answer holds up no other. */
    @Incoming("finished")
    @Acknowledgment(Acknowledgment.Strategy.MANUAL)
    CompletionStage<Void> finished(IncomingKafkaRecord<String, byte[]> record) {
        caughtUp.chain(() -> find(record.getKey()))
                .onItem()
                .ifNotNull()
                .transformToUni(webhooks::apply)
                .subscribe()
                .with(told -> record.ack(), e -> {
                    LOG.errorf(e, "the webhook of generation %s cannot be told", record.getKey());
                    record.ack(); // or else nothing behind it would ever count as consumed
                });
        return CompletableFuture.completedFuture(null);
    }

    private static Uni<Void> whenTrue(BooleanSupplier caughtUp) {
        return Uni.createFrom()
                .item(caughtUp::getAsBoolean)
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool())
                .onItem()
                .transformToUni(known ->
                        known ? Uni.createFrom().voidItem() : Uni.createFrom().failure(NotYet::new))
                .onFailure() // also where the broker does not say it in time
                .retry()
                .withBackOff(BETWEEN_LOOKS, BETWEEN_LOOKS)
                .indefinitely();
    }

    /** @return the finished generation; null if it is forgotten */
    private Uni<@Nullable Generation> find(String id) {
        Uni<Generation> finished = Uni.createFrom()
                .emitter(known -> known.onTermination(generations.follow(id, generation -> {
                    if (generation.isFinished()) {
                        known.complete(generation);
                    }
                })));
        return finished.emitOn(Infrastructure.getDefaultWorkerPool()) // not where the table is locked
                .ifNoItem()
                .after(patience)
                .recoverWithItem((Generation) null);
    }
}
