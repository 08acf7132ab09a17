// SPDX-License-Identifier: Apache-2.0
package io.lorafleet.gateway.http;

import io.lorafleet.gateway.BadField;
import io.lorafleet.gateway.IdempotencyKey;
import io.lorafleet.gateway.generation.Admission;
import io.lorafleet.gateway.generation.GenerationRequest;
import io.lorafleet.gateway.generation.Generations;
import io.lorafleet.gateway.http.problem.Problem;
import io.lorafleet.gateway.http.problem.ProblemException;
import io.lorafleet.gateway.http.problem.ProblemType;
import io.lorafleet.gateway.security.Caller;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Submits orders for the endpoints that take them. */
@Singleton
public final class GenerationSubmitter {
    private static final Duration WORKERS_COME_UP_WITHIN = Duration.ofSeconds(5);
    private static final Duration UNDERWAY_FOR = Duration.ofSeconds(1);

    private final Generations generations;
    private final Caller caller;

    GenerationSubmitter(Generations generations, Caller caller) {
        this.generations = generations;
        this.caller = caller;
    }

    /**
     * An order that was taken.
     *
     * @param id of the generation
     * @param again whether it came before, with the same idempotency key
     */
    public record Taken(String id, boolean again) {}

    /**
     * Submits an order; one that is not admitted ends with a problem.
     *
     * @param idempotencyKey as the client sent it; null if it did not
     * @param fieldNames what the endpoint calls each field of an order
     */
    public Taken submit(GenerationRequest order, @Nullable String idempotencyKey, UnaryOperator<String> fieldNames) {
        Admission admission = generations.submit(order, caller.owner(), idempotencyKey);
        if (admission instanceof Admission.Admitted admitted) {
            return new Taken(admitted.request().requestId(), false);
        }
        if (admission instanceof Admission.Repeated repeated) {
            return new Taken(repeated.generation().id(), true);
        }
        throw refusal(admission, fieldNames);
    }

    /** @param admission of an order that was not taken */
    static ProblemException refusal(Admission admission, UnaryOperator<String> fieldNames) {
        if (admission instanceof Admission.Refused refused) {
            return new ProblemException(Problem.invalid(refused.badFields().stream()
                    .map(bad -> new BadField(fieldNames.apply(bad.field()), bad.expected(), bad.found()))
                    .toList()));
        }
        if (admission instanceof Admission.UnknownAdapter unknown) {
            return new ProblemException(
                    ProblemType.UNKNOWN_ADAPTER,
                    fieldNames.apply(unknown.field())
                            + (unknown.known().isEmpty()
                                    ? ": expected none, since there are no adapters"
                                    : ": expected one of " + String.join(", ", unknown.known())
                                            + ", or NAME@VERSION of them that is not retired"));
        }
        if (admission instanceof Admission.Overloaded overloaded) {
            return new ProblemException(
                    Problem.of(
                            ProblemType.OVERLOADED,
                            "the workers have as much before them as may wait; expected room in "
                                    + overloaded.clearsIn().toSeconds() + " seconds"),
                    overloaded.clearsIn());
        }
        if (admission instanceof Admission.Busy busy) {
            return new ProblemException(
                    Problem.of(ProblemType.BUSY, "expected to decode the init image in time, found many others"),
                    busy.retryIn());
        }
        if (admission instanceof Admission.KeyReused) {
            return new ProblemException(
                    ProblemType.IDEMPOTENCY_KEY_REUSED,
                    IdempotencyKey.HEADER + ": expected the order that it came with first, found another one");
        }
        if (admission instanceof Admission.Underway) {
            return new ProblemException(
                    Problem.of(
                            ProblemType.ORDER_UNDERWAY,
                            "an order with this idempotency key is being published; try again"),
                    UNDERWAY_FOR);
        }
        return noWorker();
    }

    public static ProblemException noWorker() {
        return new ProblemException(
                Problem.of(ProblemType.NO_WORKER, "expected a worker, found none yet; try again"),
                WORKERS_COME_UP_WITHIN);
    }
}
