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

/** Submits generation requests, and converts refusals to problems. */
@Singleton
public final class GenerationSubmitter {
    private static final Duration NO_WORKER_RETRY_AFTER = Duration.ofSeconds(5);
    private static final Duration UNDERWAY_RETRY_AFTER = Duration.ofSeconds(1);

    private final Generations generations;
    private final Caller caller;

    GenerationSubmitter(Generations generations, Caller caller) {
        this.generations = generations;
        this.caller = caller;
    }

    /**
     * An accepted request.
     *
     * @param id of the generation
     * @param again whether it is a retry with the same idempotency key
     */
    public record Submitted(String id, boolean again) {}

    /**
     * Submits a request, and throws a problem if it is not admitted.
     *
     * @param idempotencyKey the header of the request; null if absent
     * @param fieldNames maps the fields of a generation request to the endpoint's fields
     */
    public Submitted submit(GenerationRequest body, @Nullable String idempotencyKey, UnaryOperator<String> fieldNames) {
        return generations.submit(body, caller.owner(), idempotencyKey).match(new Response(fieldNames));
    }

    /** Answers a generation request, with its id or with a problem. */
    record Response(UnaryOperator<String> fieldNames) implements Admission.Cases<Submitted> {
        @Override
        public Submitted admitted(Admission.Admitted admission) {
            return new Submitted(admission.request().requestId(), false);
        }

        @Override
        public Submitted repeated(Admission.Repeated repetition) {
            return new Submitted(repetition.generation().id(), true);
        }

        @Override
        public Submitted refused(Admission.Refused refusal) {
            throw new ProblemException(Problem.invalid(refusal.badFields().stream()
                    .map(bad -> new BadField(fieldNames.apply(bad.field()), bad.expected(), bad.found()))
                    .toList()));
        }

        @Override
        public Submitted unknownAdapter(Admission.UnknownAdapter unknown) {
            throw new ProblemException(
                    ProblemType.UNKNOWN_ADAPTER,
                    fieldNames.apply(unknown.field())
                            + (unknown.known().isEmpty()
                                    ? ": expected none, because there are no adapters"
                                    : ": expected one of " + String.join(", ", unknown.known())
                                            + ", or a NAME@VERSION that is not retired"));
        }

        @Override
        public Submitted overloaded(Admission.Overloaded overload) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.OVERLOADED,
                            "expected room in the queue, found it full; try again in "
                                    + overload.clearsIn().toSeconds() + " seconds"),
                    overload.clearsIn());
        }

        @Override
        public Submitted busy(Admission.Busy busy) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.BUSY, "initImage: expected a free decoder in time, found all busy; try again"),
                    busy.retryIn());
        }

        @Override
        public Submitted keyReused(Admission.KeyReused reuse) {
            throw new ProblemException(
                    ProblemType.IDEMPOTENCY_KEY_REUSED,
                    IdempotencyKey.HEADER + ": expected the body of the first request with this key, found"
                            + " another one");
        }

        @Override
        public Submitted underway(Admission.Underway underway) {
            throw new ProblemException(
                    Problem.of(
                            ProblemType.ORDER_UNDERWAY,
                            IdempotencyKey.HEADER + ": expected no concurrent request with this key, found one;"
                                    + " try again"),
                    UNDERWAY_RETRY_AFTER);
        }

        @Override
        public Submitted noModel(Admission.NoModel noModel) {
            throw noWorker();
        }
    }

    public static ProblemException noWorker() {
        return new ProblemException(
                Problem.of(
                        ProblemType.NO_WORKER, "expected a worker that has announced its model, found none; try again"),
                NO_WORKER_RETRY_AFTER);
    }
}
